/* SPDX-License-Identifier: Apache-2.0 */
/* departure_turns - one thing after the other ends; then the clients hear of it. */
#include "server/core/grants/departure_turns.h"

#include "base/json_out.h"
#include "server/core/change_news.h"
#include "server/core/due.h"
#include "server/core/grants/grants.h"
#include "server/core/grants/handover_turns.h"
#include "server/core/login/enrolments.h"
#include "server/core/login/forgetting.h"
#include "server/core/login/sessions.h"
#include "server/core/people/person_tokens.h"
#include "server/core/proof.h"
#include "server/core/vault/exposures.h"
#include "store/nouns/event_add.h"
#include "store/nouns/expiry.h"
#include "store/nouns/person.h"
#include "store/nouns/rescue.h"
#include "store/nouns/verification.h"

#include <stdio.h>

enum {
	ONE_NOUN = 64 * 1024,
	MEMORY = 16 * 1024 * 1024,
	DETAIL_BYTES = 1024,
	SEALED_MAX = 4096,
	GRANTS_AT_ONCE = 500,
	LOGINS_AT_ONCE = 10000, /* that are looked at for those of one person */
	OWED_MAX = 400,         /* events of one act; mails count them all */
	COUNT_TEXT = 12,
};

/* ---- the row ---- */

fallible departure_turns_put(struct act *act, const struct departure *departure)
{
	struct expiry look = {EXPIRY_DEPARTURE, {0}, departure->tenant, departure->person};
	if (departure->state == DEPARTURE_PLANNED)
		look.at = departure->at;
	else if (departure->state == DEPARTURE_LEFT && !departure->is_told)
		look.at = act->now;
	TRY(departure_put(act, departure));
	return look.at.ms ? expiry_put(act, &look) : OK;
}

/* ---- what ends ---- */

/* Who stands in for others, or is stood in for, does so no more; what goes to the successor waits. */
static fallible end_handovers(struct act *act, const struct departure *departure)
{
	struct handover handover;
	struct id after = {0};
	struct err err = OK;
	struct view view = view_act(act);
	while (handover_open_next(&view, departure->tenant, departure->person, &after, &handover, &err)) {
		bool is_active = handover.state == HANDOVER_ACTIVE;
		if (ids_equal(handover.id, departure->handover))
			continue;
		TRY(handover_turns_end(act, &handover, is_active ? HANDOVER_RETURNED : HANDOVER_CANCELLED));
	}
	return err;
}

/* Whether a successor may still get it. */
static fallible is_kept_for_successor(
	const struct view *view, const struct departure *departure, const struct grant *grant, bool *kept)
{
	struct handover handover;
	*kept = false;
	if (ids_is_none(departure->handover) || grant->state != GRANT_ACTIVE)
		return OK;
	TRY(handover_get(view, departure->tenant, departure->handover, &handover));
	*kept = handover_rules_is_open(handover.state);
	return OK;
}

static fallible end_grant(struct act *act, const struct departure *departure, const struct grant *grant)
{
	bool kept;
	struct view view = view_act(act);
	const struct grants_cause to_successor = {"departure", ID_HANDOVER, departure->handover};
	const struct grants_cause gone = {"departure", ID_PERSON, {{0}}};
	TRY(is_kept_for_successor(&view, departure, grant, &kept));
	return kept ? grants_suspend(act, departure->tenant, grant->id, &to_successor)
		    : grants_end(act, departure->tenant, grant->id, &gone);
}

/* At most so many in one act; the person is not active, so the others open nothing meanwhile. */
static fallible end_grants(struct act *act, struct departure *departure, bool *more)
{
	struct grant grant;
	struct id after = {0};
	struct err err = OK;
	struct view view = view_act(act);
	scoped(arena) arena = ARENA(ONE_NOUN);
	uint32_t ended = 0;
	for (; ended < GRANTS_AT_ONCE &&
		grant_next(&view, departure->tenant, departure->person, &after, &arena, &grant, &err);
		arena_clear(&arena)) {
		bool waits = grant.state == GRANT_SUSPENDED && !ids_is_none(departure->handover) &&
			ids_equal(grant.suspended_by, departure->handover);
		if (waits || grant_has_ended(&grant, act->now))
			continue;
		TRY(end_grant(act, departure, &grant));
		ended++;
	}
	departure->grants += ended;
	*more = ended == GRANTS_AT_ONCE;
	return err;
}

/* Logins that would still prove the person. */
static fallible end_logins(struct act *act, struct departure *departure)
{
	static const uint8_t FIRST[10] = {0};
	struct view view = view_act(act);
	struct id at = ids_make((struct instant){act->now.ms - PROOF_LOGIN_MS - VERIFICATION_OPEN_MS}, FIRST);
	struct verification verification;
	struct err err = OK;
	for (unsigned seen = 0; seen < LOGINS_AT_ONCE &&
		verification_next(&view, departure->tenant, &at, &verification, &err);
		seen++) {
		if (!ids_equal(verification.person, departure->person))
			continue;
		departure->sessions += !verification.by_session && proof_holds(&verification, act->now);
		TRY(verification_drop(act, &verification));
	}
	return err;
}

static fallible close_person(struct act *act, const struct departure *departure)
{
	struct person person;
	struct view view = view_act(act);
	scoped(arena) arena = ARENA(ONE_NOUN);
	scoped(buf) sealed = BUF(SEALED_MAX);
	TRY(person_get(&view, departure->tenant, departure->person, &arena, &person));
	if (person.state > PERSON_SUSPENDED)
		return OK;
	TRY(enrolments_forget(act, departure->tenant, departure->person));
	TRY(rescue_close(act, departure->tenant, departure->person));
	person.state = PERSON_SUSPENDED;
	TRY(person_seal(act->volume->keys, &person, &sealed));
	return person_put(act, &person, buf_span(&sealed));
}

/* ---- what is said of it ---- */

static struct event begin_event(const struct departure *departure, enum action action)
{
	struct event event = {.action = action,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_PERSON,
		.object_is_person = true};
	event.ids[LEAF_ID_OBJECT] = departure->person;
	return event;
}

static fallible count_owed(struct act *act, const struct departure *departure, size_t *count)
{
	struct exposures_list due;
	struct view view = view_act(act);
	scoped(arena) arena = ARENA(MEMORY);
	const struct exposures_ask ask = {.tenant = departure->tenant,
		.person = departure->person,
		.now = act->now,
		.as_if_gone = true};
	TRY(exposures_due(&view, &ask, &arena, &due));
	*count = due.count;
	return OK;
}

static fallible say_left(struct act *act, const struct departure *departure)
{
	size_t owed;
	scoped(buf) detail = BUF(DETAIL_BYTES);
	struct json_out out = JSON_OUT(&detail);
	struct event event = begin_event(departure, ACTION_STAFF_OFFBOARDED);
	TRY(count_owed(act, departure, &owed));
	json_out_open(&out, NULL);
	json_out_id(&out, "subject_id", ID_PERSON, departure->person);
	json_out_id(&out, "by", departure->by_person ? ID_PERSON : ID_APPLICATION, departure->by);
	json_out_number(&out, "grants_revoked", departure->grants);
	json_out_number(&out, "sessions_closed", departure->sessions);
	json_out_number(&out, "rotations_due", (int64_t)owed);
	json_out_close(&out);
	TRY(buf_check(&detail));
	event.texts[LEAF_TEXT_DETAIL] = buf_span(&detail);
	return event_say(act, departure->tenant, &event);
}

/* ---- the day ---- */

fallible departure_turns_run(struct act *act, struct departure *departure)
{
	bool more;
	struct id tenant = departure->tenant, person = departure->person;
	departure->state = DEPARTURE_LEFT;
	departure->left = act->now;
	departure->grants = departure->sessions = 0;
	/* What is handed over at this very moment goes before it would end. */
	TRY(handover_turns_catch_up(act, tenant, person));
	TRY(end_handovers(act, departure));
	TRY(end_grants(act, departure, &more));
	TRY(end_logins(act, departure));
	TRY(person_tokens_end(act, tenant, person, &departure->sessions));
	TRY(sessions_end_all(act, &(struct sessions_of){.tenant = tenant, .person = person},
		SESSIONS_SUSPENDED, NULL, &departure->sessions));
	TRY(forgetting_person(act, tenant, person, FORGETTING_SUSPENDED));
	TRY(close_person(act, departure));
	TRY(departure_turns_put(act, departure));
	return say_left(act, departure);
}

static fallible find_due(const struct view *view, struct id tenant, struct id person, struct instant now,
	struct departure *departure, bool *due)
{
	struct err err = departure_get(view, tenant, person, departure);
	*due = false;
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	*due = departure->state == DEPARTURE_PLANNED && departure->at.ms <= now.ms;
	return OK;
}

fallible departure_turns_catch_up(struct act *act, struct id tenant, struct id person)
{
	struct departure departure;
	bool due;
	struct view view = view_act(act);
	TRY(find_due(&view, tenant, person, act->now, &departure, &due));
	return due ? departure_turns_run(act, &departure) : OK;
}

/* ---- the clients ---- */

/* One look at what is due. */
struct look {
	const struct expiry *due;
	struct departure departure;
	bool tells;
	struct exposures_list owed;
	struct letters letters; /* to the clients */
	struct letters told;    /* to the owners */
	struct arena arena;
};

static void look_done(struct look *look)
{
	arena_done(&look->arena);
}

static bool is_first_of_client(const struct look *look, const struct exposures_item *item)
{
	for (const struct exposures_item *at = look->owed.first; at != item; at = at->next)
		if (ids_equal(at->seen.client, item->seen.client))
			return false;
	return true;
}

static unsigned count_of_client(const struct look *look, struct id client)
{
	unsigned count = 0;
	for (const struct exposures_item *at = look->owed.first; at; at = at->next)
		count += ids_equal(at->seen.client, client);
	return count;
}

static fallible tell_client(
	const struct letters_desk *desk, struct look *look, struct id id, struct instant now)
{
	char count[COUNT_TEXT];
	struct client client;
	snprintf(count, sizeof count, "%u", count_of_client(look, id));
	const struct message_value value = {"count", span_text(count)};
	struct tell_ask ask = {.kind = NOTICE_ROTATION_DUE,
		.about = look->departure.person,
		.values = &value,
		.count = 1,
		.now = now};
	TRY(client_get(desk->view, desk->tenant, id, desk->arena, &client));
	return letters_add_contacts(desk, &ask, &client, (struct id){0}, &look->letters);
}

/* Not who ordered it. */
static fallible tell_owners(const struct letters_desk *desk, struct look *look, struct instant now)
{
	struct person person;
	const struct departure *departure = &look->departure;
	const struct id nobody = {0};
	TRY(person_get(desk->view, desk->tenant, departure->person, desk->arena, &person));
	const struct change_news news = {.action = ACTION_STAFF_OFFBOARDED,
		.about = departure->person,
		.label = person.name,
		.now = now};
	return change_news_add_owners(
		desk, &news, 0, departure->by_person ? departure->by : nobody, &look->told);
}

static fallible prepare_letters(
	const struct server *server, const struct view *view, struct instant now, struct look *look)
{
	const struct departure *departure = &look->departure;
	const struct letters_desk desk = {server, view, departure->tenant, &look->arena};
	const struct exposures_ask ask = {
		.tenant = departure->tenant, .person = departure->person, .now = now, .as_if_gone = true};
	TRY(exposures_due(view, &ask, &look->arena, &look->owed));
	TRY(tell_owners(&desk, look, now));
	for (const struct exposures_item *item = look->owed.first; item; item = item->next)
		if (is_first_of_client(look, item))
			TRY(tell_client(&desk, look, item->seen.client, now));
	return OK;
}

static fallible prepare(const struct server *server, struct instant now, struct look *look)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(departure_get(&view, look->due->tenant, look->due->id, &look->departure));
	look->tells = look->departure.state == DEPARTURE_LEFT && !look->departure.is_told;
	return look->tells ? prepare_letters(server, &view, now, look) : OK;
}

static fallible say_owed(
	struct act *act, const struct departure *departure, const struct exposures_item *item)
{
	char due[TELL_TIME + 1];
	scoped(buf) detail = BUF(DETAIL_BYTES);
	struct json_out out = JSON_OUT(&detail);
	struct event event = begin_event(departure, ACTION_CREDENTIAL_ROTATION_DUE);
	event.object_is_person = false;
	event.object_kind = ID_CREDENTIAL;
	event.ids[LEAF_ID_OBJECT] = item->seen.credential;
	event.ids[LEAF_ID_CLIENT] = item->seen.client;
	json_out_open(&out, NULL);
	json_out_text(&out, "cause", "departure");
	json_out_span(&out, "due", tell_time(act->now, due).value);
	json_out_id(&out, "person", ID_PERSON, departure->person);
	json_out_close(&out);
	TRY(buf_check(&detail));
	event.texts[LEAF_TEXT_DETAIL] = buf_span(&detail);
	return event_say(act, departure->tenant, &event);
}

/* What was too much for the day's own act, then what is owed. */
static fallible tell(struct act *act, struct look *look)
{
	struct departure *departure = &look->departure;
	struct noun_key key = noun_key(departure->tenant, id_span(&departure->person), SPAN_NONE);
	size_t said = 0;
	bool more;
	TRY(noun_still(act, TABLE_DEPARTURE, noun_key_span(&key), departure->version));
	TRY(end_grants(act, departure, &more));
	departure->is_told = !more;
	if (more)
		return departure_turns_put(act, departure);
	for (const struct exposures_item *item = look->owed.first; item && said < OWED_MAX;
		item = item->next, said++)
		TRY(say_owed(act, departure, item));
	TRY(letters_write(act, &look->told));
	TRY(letters_write(act, &look->letters));
	return departure_turns_put(act, departure);
}

static fallible write(struct act *act, void *context)
{
	struct look *look = context;
	TRY(expiry_drop(act, look->due));
	if (look->tells)
		return tell(act, look);
	return departure_turns_catch_up(act, look->departure.tenant, look->departure.person);
}

static fallible look_at_one(const struct server *server, const struct expiry *due, struct instant now)
{
	scoped(look) look = {.due = due, .arena = ARENA(MEMORY)};
	TRY(prepare(server, now, &look));
	return committer_run(server->committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = write, .context = &look});
}

fallible departure_turns_jobs(const struct server *server, struct instant now, size_t *done)
{
	return due_turn(server, EXPIRY_DEPARTURE, now, look_at_one, done);
}
