/* SPDX-License-Identifier: Apache-2.0 */
/* emergency_ends - close by the clock or by hand, owe a change of what was seen, review. */
#include "server/core/grants/emergency_ends.h"

#include "server/core/change_news.h"
#include "server/core/detail.h"
#include "server/core/due.h"
#include "server/core/grants/grants.h"
#include "server/core/second.h"
#include "store/nouns/client.h"
#include "store/nouns/credential.h"
#include "store/nouns/event_add.h"
#include "store/nouns/exposure.h"
#include "store/nouns/person.h"
#include "store/nouns/rotation.h"

#include <stdio.h>

enum { ONE_NOUN = 64 * 1024, MEMORY = 1024 * 1024, NUMBER_TEXT = 24 };

/* ---- what the server says by itself ---- */

static fallible say(
	struct act *act, enum action action, const struct breakglass *breakglass, struct span detail)
{
	struct event event = {.action = action,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_BREAKGLASS};
	event.ids[LEAF_ID_OBJECT] = breakglass->id;
	event.ids[LEAF_ID_CLIENT] = breakglass->client;
	event.ids[LEAF_ID_GRANT] = breakglass->grant;
	event.texts[LEAF_TEXT_DETAIL] = detail;
	return event_say(act, breakglass->tenant, &event);
}

/* ---- closing ---- */

/* Of whom was erased meanwhile there is no name. */
static struct span or_none(struct span text)
{
	return text.len ? text : SPAN_LIT("-");
}

/* Whoever saw the secret through this grant knows it: it has to be changed, whatever grants that person has besides.
 *
 *   number  of the version that was seen */
static fallible was_seen(
	const struct view *view, const struct breakglass *breakglass, bool *seen, uint64_t *number)
{
	struct credential credential;
	scoped(arena) arena = ARENA(ONE_NOUN);
	TRY(credential_get(view, breakglass->tenant, breakglass->credential, &arena, &credential));
	struct exposure exposure = {.tenant = breakglass->tenant,
		.person = breakglass->requester,
		.credential = breakglass->credential,
		.number = credential.known};
	struct err err = exposure_get(view, &exposure);
	*number = credential.known;
	*seen = !err_failed(err) && ids_equal(exposure.grant, breakglass->grant);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

/* The client's people get one mail that it is to be changed, as when the last grant of somebody who knows a secret ends. */
static fallible tell_change(const struct letters_desk *desk, const struct breakglass *breakglass,
	struct instant now, struct letters *told)
{
	bool seen;
	uint64_t number;
	struct client client;
	const struct message_value value = {"count", SPAN_LIT("1")};
	struct tell_ask ask = {.kind = NOTICE_ROTATION_DUE,
		.about = breakglass->id,
		.values = &value,
		.count = 1,
		.now = now};
	TRY(was_seen(desk->view, breakglass, &seen, &number));
	TRY(client_get(desk->view, breakglass->tenant, breakglass->client, desk->arena, &client));
	return seen ? letters_add_contacts(desk, &ask, &client, (struct id){0}, told) : OK;
}

static fallible tell_overdue(const struct letters_desk *desk, const struct breakglass *breakglass,
	struct instant now, struct letters *told)
{
	struct person requester;
	struct client client;
	TRY(person_get(desk->view, breakglass->tenant, breakglass->requester, desk->arena, &requester));
	TRY(client_get(desk->view, breakglass->tenant, breakglass->client, desk->arena, &client));
	const struct message_value values[] = {
		{"label", or_none(client.name)}, {"actor", or_none(requester.name)}};
	const struct tell_ask ask = {.kind = NOTICE_BREAKGLASS_OVERDUE,
		.about = breakglass->id,
		.values = values,
		.count = 2,
		.now = now};
	return letters_add_owners(desk, &ask, (struct id){{0}}, told);
}

/* Nobody decided in time: who asked does not wait any longer. */
static fallible tell_lapsed(const struct letters_desk *desk, const struct breakglass *breakglass,
	struct instant now, struct letters *told)
{
	struct credential credential;
	struct change_news news = {.action = ACTION_BREAKGLASS_REFUSED, .about = breakglass->id, .now = now};
	struct err err = credential_get(
		desk->view, breakglass->tenant, breakglass->credential, desk->arena, &credential);
	if (err.kind != ERR_NOT_FOUND) {
		TRY(err);
		news.label = credential.title;
	}
	return change_news_add(desk, &news, breakglass->requester, told);
}

static fallible owe_change(struct act *act, const struct breakglass *breakglass, uint64_t number)
{
	const struct rotation rotation = {.tenant = breakglass->tenant,
		.person = breakglass->requester,
		.credential = breakglass->credential,
		.number = number};
	char due[TELL_TIME + 1];
	struct event event = {.action = ACTION_CREDENTIAL_ROTATION_DUE,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_CREDENTIAL};
	const struct detail_field fields[] = {{"cause", SPAN_LIT("breakglass"), DETAIL_TEXT},
		{"due", tell_time(breakglass->until, due).value, DETAIL_TEXT}};
	event.ids[LEAF_ID_OBJECT] = breakglass->credential;
	event.ids[LEAF_ID_CLIENT] = breakglass->client;
	event.ids[LEAF_ID_GRANT] = breakglass->grant;
	TRY(detail_print(fields, 2, act->arena, &event.texts[LEAF_TEXT_DETAIL]));
	TRY(rotation_put_told(act, &rotation));
	return event_say(act, breakglass->tenant, &event);
}

/* A grant whose time is over has ended by itself. */
static fallible end_grant(struct act *act, struct breakglass *breakglass)
{
	static const struct grants_cause CAUSE = {.word = "breakglass", .kind = ID_BREAKGLASS};
	struct grant grant;
	struct view view = view_act(act);
	TRY(grant_get(&view, breakglass->tenant, breakglass->grant, act->arena, &grant));
	breakglass->uses = grant.uses_made;
	return grant_has_ended(&grant, act->now)
		? OK
		: grants_end(act, breakglass->tenant, breakglass->grant, &CAUSE);
}

static fallible end(struct act *act, struct breakglass *breakglass)
{
	bool seen;
	uint64_t number;
	struct view view = view_act(act);
	TRY(end_grant(act, breakglass));
	TRY(was_seen(&view, breakglass, &seen, &number));
	breakglass->state = BREAKGLASS_CLOSED;
	breakglass->closed = act->now;
	breakglass->until.ms = act->now.ms + BREAKGLASS_REVIEW_MS;
	TRY(breakglass_change(act, breakglass));
	return seen ? owe_change(act, breakglass, number) : OK;
}

static fallible print_closing(
	const struct breakglass *breakglass, const char *cause, struct arena *arena, struct span *detail)
{
	char uses[NUMBER_TEXT];
	snprintf(uses, sizeof uses, "%u", (unsigned)breakglass->uses);
	const struct detail_field fields[] = {
		{"uses", span_text(uses), DETAIL_NUMBER}, {"cause", span_text(cause), DETAIL_TEXT}};
	return detail_print(fields, 2, arena, detail);
}

static fallible close_by_clock(struct act *act, struct breakglass *breakglass)
{
	struct span detail;
	TRY(end(act, breakglass));
	TRY(print_closing(breakglass, "timer", act->arena, &detail));
	return say(act, ACTION_BREAKGLASS_CLOSED, breakglass, detail);
}

static fallible read_uses(const struct scene *scene, struct breakglass *breakglass)
{
	struct grant grant;
	TRY(grant_get(scene->view, breakglass->tenant, breakglass->grant, scene->arena, &grant));
	breakglass->uses = grant.uses_made;
	return OK;
}

/* Whoever asked by mistake, or needs it no more, stands in nobody's way. Others refuse it. */
static fallible prepare_back(const struct scene *scene, struct emergencies_decide *closing)
{
	struct breakglass *breakglass = &closing->breakglass;
	if (!ids_equal(scene->caller->person, breakglass->requester))
		return FAIL(DENIED, "an emergency is taken back by who asked; a custodian refuses it");
	if (breakglass->until.ms <= scene->now.ms)
		return FAIL(EXPIRED, "nobody confirmed it in time");
	breakglass->state = BREAKGLASS_CANCELLED;
	struct event event = emergencies_event(scene, ACTION_BREAKGLASS_CANCELLED, breakglass);
	return scene_seal(scene, &event, &closing->decided);
}

fallible emergency_ends_close_prepare(const struct scene *scene, struct emergencies_decide *closing)
{
	struct breakglass *breakglass = &closing->breakglass;
	TRY(second_check_person(scene->caller));
	if (breakglass->state == BREAKGLASS_REQUESTED)
		return prepare_back(scene, closing);
	if (breakglass->state != BREAKGLASS_OPEN)
		return FAIL(CONFLICT, "the emergency is not open");
	const struct letters_desk desk = {scene->server, scene->view, breakglass->tenant, scene->arena};
	TRY(read_uses(scene, breakglass));
	TRY(tell_change(&desk, breakglass, scene->now, &closing->told));
	struct event event = emergencies_event(scene, ACTION_BREAKGLASS_CLOSED, breakglass);
	TRY(print_closing(breakglass, "manual", scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &closing->decided);
}

fallible emergency_ends_close_write(struct act *act, struct emergencies_decide *closing)
{
	struct breakglass *breakglass = &closing->breakglass;
	uint32_t said = breakglass->uses;
	struct noun_key key = noun_key(breakglass->tenant, id_span(&breakglass->id), SPAN_NONE);
	TRY(noun_still(act, TABLE_BREAKGLASS, noun_key_span(&key), breakglass->version));
	if (breakglass->state == BREAKGLASS_CANCELLED) {
		TRY(breakglass_change(act, breakglass));
		return event_add(act, breakglass->tenant, &closing->decided.leaf, NULL);
	}
	TRY(end(act, breakglass));
	if (breakglass->uses != said)
		return FAIL_CODE(STALE, "it was used while it was closed");
	TRY(letters_write(act, &closing->told));
	return event_add(act, breakglass->tenant, &closing->decided.leaf, NULL);
}

/* ---- reviewing ---- */

/* How many changes it led to: one, of what was seen and is still as it was then. */
static fallible count_rotations(
	const struct scene *scene, const struct breakglass *breakglass, struct span *count)
{
	bool seen;
	uint64_t number;
	TRY(was_seen(scene->view, breakglass, &seen, &number));
	*count = seen ? SPAN_LIT("1") : SPAN_LIT("0");
	return OK;
}

static fallible seal_review(const struct scene *scene, struct emergency_ends_review *review)
{
	char reviewer[ID_TEXT + 1];
	struct span rotations;
	const struct breakglass *breakglass = &review->breakglass;
	struct event event = emergencies_event(scene, ACTION_BREAKGLASS_REVIEWED, breakglass);
	ids_print(ID_PERSON, breakglass->reviewer, reviewer);
	TRY(count_rotations(scene, breakglass, &rotations));
	const struct detail_field fields[] = {{"reviewer", span_of(reviewer, ID_TEXT), DETAIL_TEXT},
		{"verdict", span_text(breakglass_verdict_name(breakglass->verdict)), DETAIL_TEXT},
		{"rotations", rotations, DETAIL_NUMBER}};
	event.texts[LEAF_TEXT_REASON] = review->note;
	TRY(detail_print(fields, 3, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &review->draft);
}

fallible emergency_ends_review_prepare(const struct scene *scene, struct emergency_ends_review *review)
{
	struct breakglass *breakglass = &review->breakglass;
	TRY(emergencies_check_custodian(scene, breakglass));
	if (breakglass->state != BREAKGLASS_CLOSED)
		return FAIL(CONFLICT, "the emergency does not wait for its review");
	breakglass->state = BREAKGLASS_REVIEWED;
	breakglass->verdict = review->verdict;
	breakglass->reviewer = scene->caller->person;
	return seal_review(scene, review);
}

fallible emergency_ends_review_write(struct act *act, struct emergency_ends_review *review)
{
	const struct breakglass *breakglass = &review->breakglass;
	struct noun_key key = noun_key(breakglass->tenant, id_span(&breakglass->id), SPAN_NONE);
	TRY(noun_still(act, TABLE_BREAKGLASS, noun_key_span(&key), breakglass->version));
	TRY(breakglass_change(act, breakglass));
	return event_add(act, breakglass->tenant, &review->draft.leaf, NULL);
}

/* ---- by the clock ---- */

/* Nobody decided, so the clock did. */
static fallible lapse(struct act *act, struct breakglass *breakglass)
{
	struct span detail;
	const struct detail_field by = {"approver", SPAN_LIT("timer"), DETAIL_TEXT};
	breakglass->state = BREAKGLASS_LAPSED;
	TRY(breakglass_change(act, breakglass));
	TRY(detail_print(&by, 1, act->arena, &detail));
	return say(act, ACTION_BREAKGLASS_REFUSED, breakglass, detail);
}

static fallible remind(struct act *act, struct breakglass *breakglass)
{
	breakglass->overdue = true;
	TRY(breakglass_change(act, breakglass));
	return say(act, ACTION_BREAKGLASS_REVIEW_OVERDUE, breakglass, SPAN_NONE);
}

static fallible step(struct act *act, struct breakglass *breakglass)
{
	switch (breakglass->state) {
	case BREAKGLASS_REQUESTED:
		return lapse(act, breakglass);
	case BREAKGLASS_OPEN:
		return close_by_clock(act, breakglass);
	case BREAKGLASS_CLOSED:
		return remind(act, breakglass);
	case BREAKGLASS_REVIEWED:
	case BREAKGLASS_REFUSED:
	case BREAKGLASS_LAPSED:
	case BREAKGLASS_CANCELLED:
	case BREAKGLASS_STATE_COUNT:
		break;
	}
	return OK;
}

/* One whose time may be over, and who hears of it. */
struct look {
	const struct expiry *due;
	struct breakglass breakglass;
	bool is_there;
	bool is_due;
	struct letters told;
	struct arena arena;
};

static void look_done(struct look *look)
{
	arena_done(&look->arena);
}

static fallible prepare(const struct server *server, struct instant now, struct look *look)
{
	scoped(reading) reading = {0};
	struct breakglass *breakglass = &look->breakglass;
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	const struct letters_desk desk = {server, &view, look->due->tenant, &look->arena};
	struct err err = breakglass_get(&view, look->due->tenant, look->due->id, &look->arena, breakglass);
	look->is_there = !err_failed(err);
	if (!look->is_there)
		return err.kind == ERR_NOT_FOUND ? OK : err;
	look->is_due = breakglass->state <= BREAKGLASS_CLOSED && breakglass->until.ms <= now.ms;
	if (look->is_due && breakglass->state == BREAKGLASS_REQUESTED)
		return tell_lapsed(&desk, breakglass, now, &look->told);
	if (look->is_due && breakglass->state == BREAKGLASS_OPEN)
		return tell_change(&desk, breakglass, now, &look->told);
	if (look->is_due && breakglass->state == BREAKGLASS_CLOSED)
		return tell_overdue(&desk, breakglass, now, &look->told);
	return OK;
}

static fallible write(struct act *act, void *context)
{
	struct look *look = context;
	struct breakglass *breakglass = &look->breakglass;
	struct expiry later = *look->due;
	TRY(expiry_drop(act, look->due));
	if (!look->is_there)
		return OK;
	struct noun_key key = noun_key(breakglass->tenant, id_span(&breakglass->id), SPAN_NONE);
	TRY(noun_still(act, TABLE_BREAKGLASS, noun_key_span(&key), breakglass->version));
	if (look->is_due)
		TRY(step(act, breakglass));
	TRY(letters_write(act, &look->told));
	later.at = breakglass->until;
	bool is_ahead = !look->is_due || later.at.ms > act->now.ms;
	bool goes_on = breakglass->state <= BREAKGLASS_CLOSED && is_ahead;
	return goes_on ? expiry_put(act, &later) : OK;
}

static fallible look_at_one(const struct server *server, const struct expiry *due, struct instant now)
{
	scoped(look) look = {.due = due, .arena = ARENA(MEMORY)};
	TRY(prepare(server, now, &look));
	return committer_run(server->committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = write, .context = &look});
}

fallible emergency_ends_turn(const struct server *server, struct instant now, size_t *done)
{
	return due_turn(server, EXPIRY_BREAKGLASS, now, look_at_one, done);
}
