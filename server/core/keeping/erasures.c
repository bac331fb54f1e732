/* SPDX-License-Identifier: Apache-2.0 */
/* erasures - prepare and write what people decide. */
#include "server/core/keeping/erasures.h"

#include "crypto/random.h"
#include "server/core/detail.h"
#include "server/core/owners.h"
#include "server/core/second.h"
#include "store/nouns/event_add.h"
#include "store/nouns/expiry.h"

enum { SEALED_MAX = 4096, ONE_NOUN = 64 * 1024, DETAIL_FIELDS_MAX = 8 };

static const int64_t DAY_MS = INT64_C(24) * 60 * 60 * 1000;

struct instant erasures_dark_after(const struct server *server, const struct erasure *erasure)
{
	struct instant from = erasure->state == ERASURE_ERASED ? erasure->erased : erasure->due;
	return (struct instant){from.ms + server->backup_days * DAY_MS};
}

fallible erasures_find(const struct scene *scene, struct span text, struct erasure *erasure)
{
	struct id id;
	struct erasure found;
	const struct caller *caller = scene->caller;
	TRY(ids_parse(ID_ERASURE, text, &id));
	TRY(erasure_get(scene->view, caller->tenant, id, scene->arena, &found));
	bool sees_all = caller->capabilities & CAPABILITY_BIT(PRIVACY_APPROVE);
	if (!sees_all && !ids_equal(caller->person, found.requester))
		return FAIL(NOT_FOUND, "the caller sees the erasures that he asked for");
	*erasure = found;
	return OK;
}

/* ---- events ---- */

fallible erasures_detail(const struct erasure *erasure, const struct detail_field *more, size_t count,
	struct arena *arena, struct span *detail)
{
	char request[ID_TEXT + 1], subject[ID_TEXT + 1];
	struct detail_field fields[2 + DETAIL_FIELDS_MAX];
	bool is_client = erasure->subject.kind == SUBJECT_CLIENT;
	if (count > DETAIL_FIELDS_MAX)
		return FAIL(BUG, "an erasure's event says too much");
	ids_print(ID_ERASURE, erasure->id, request);
	ids_print(is_client ? ID_CLIENT : ID_PERSON, erasure->subject.id, subject);
	fields[0] = (struct detail_field){"request_id", span_of(request, ID_TEXT), DETAIL_TEXT};
	fields[1] = (struct detail_field){"subject_id", span_of(subject, ID_TEXT), DETAIL_TEXT};
	if (count)
		memcpy(fields + 2, more, count * sizeof *more);
	return detail_print(fields, 2 + count, arena, detail);
}

/* The words lie under who acted, not under whom they are about: they shall still be read afterwards. */
static fallible seal_event(const struct scene *scene, const struct erasure *erasure, enum action action,
	const struct detail_field *more, struct event_draft *draft)
{
	struct event event = scene_event(scene, action);
	event.has_object_kind = true;
	event.object_kind = erasure->subject.kind == SUBJECT_CLIENT ? ID_CLIENT : ID_PERSON;
	event.ids[LEAF_ID_OBJECT] = erasure->subject.id;
	TRY(erasures_detail(erasure, more, more ? 1 : 0, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, draft);
}

/* ---- who is told ---- */

/* The words of a mail: which erasure, and when. */
struct wording {
	char time[TELL_TIME + 1], reference[ID_TEXT + 1];
	struct message_value values[2];
};

static struct tell_ask word(const struct erasure *erasure, enum notice_kind kind, struct instant at,
	struct instant now, struct wording *wording)
{
	ids_print(ID_ERASURE, erasure->id, wording->reference);
	wording->values[0] = (struct message_value){"label", span_of(wording->reference, ID_TEXT)};
	wording->values[1] = tell_time(at, wording->time);
	return (struct tell_ask){
		.kind = kind, .about = erasure->id, .values = wording->values, .count = 2, .now = now};
}

fallible erasures_tell_executed(const struct letters_desk *desk, const struct erasure *erasure,
	struct instant now, struct letters *told)
{
	struct wording wording;
	const struct tell_ask ask = word(erasure, NOTICE_ERASURE_EXECUTED, now, now, &wording);
	return letters_add_or(desk, &ask, CAPABILITY_BIT(PRIVACY_APPROVE), erasure->subject.id, told);
}

/* Whom it is about hears of it now: afterwards there is no address any more. */
static fallible tell_subject(const struct letters_desk *desk, const struct erasure *erasure,
	struct tell_ask *ask, struct letters *told)
{
	struct client client;
	ask->person = erasure->subject.id;
	if (erasure->subject.kind == SUBJECT_PERSON)
		return letters_add(desk, ask, told);
	TRY(client_get(desk->view, erasure->tenant, erasure->subject.id, desk->arena, &client));
	return letters_add_contacts(desk, ask, &client, (struct id){0}, told);
}

static fallible tell_request(const struct scene *scene, const struct erasure *erasure, struct letters *told)
{
	struct wording wording;
	const struct letters_desk desk = {scene->server, scene->view, erasure->tenant, scene->arena};
	struct tell_ask ask = word(erasure, NOTICE_ERASURE_REQUESTED, erasure->due, scene->now, &wording);
	told->count = 0;
	TRY(tell_subject(&desk, erasure, &ask, told));
	return letters_add_or(&desk, &ask, CAPABILITY_BIT(PRIVACY_APPROVE), erasure->subject.id, told);
}

static fallible tell_subject_change(const struct letters_desk *desk, const struct erasure *erasure,
	const struct change_news *news, struct id except, struct letters *told)
{
	struct client client;
	if (erasure->subject.kind == SUBJECT_PERSON)
		return ids_equal(erasure->subject.id, except)
			? OK
			: change_news_add(desk, news, erasure->subject.id, told);
	TRY(client_get(desk->view, erasure->tenant, erasure->subject.id, desk->arena, &client));
	for (size_t i = 0; i < client.contact_count; i++)
		if (!ids_equal(client.contacts[i], except))
			TRY(change_news_add(desk, news, client.contacts[i], told));
	return OK;
}

fallible erasures_tell_ended(const struct letters_desk *desk, const struct erasure *erasure,
	const struct change_news *news, struct id except, struct letters *told)
{
	char reference[ID_TEXT + 1];
	struct change_news ended = *news;
	ids_print(ID_ERASURE, erasure->id, reference);
	ended.about = erasure->id;
	ended.label = span_of(reference, ID_TEXT);
	told->count = 0;
	TRY(tell_subject_change(desk, erasure, &ended, except, told));
	return change_news_add_owners(desk, &ended, CAPABILITY_BIT(PRIVACY_APPROVE), except, told);
}

/* ---- asking ---- */

static fallible find_person(const struct scene *scene, struct erasures_ask *ask)
{
	struct person person;
	TRY(people_find(scene, ask->subject, &person));
	ask->erasure.subject.id = person.id;
	if (person.state >= PERSON_ERASING)
		return FAIL(CONFLICT, "the person is erased already");
	if (!owners_is(&person))
		return OK;
	TRY(owners_find_other(scene->view, person.tenant, person.id, &ask->other_owner));
	return ids_is_none(ask->other_owner) ? FAIL_CODE(LAST_OWNER, "a tenant keeps at least one owner")
					     : OK;
}

static fallible find_subject(const struct scene *scene, struct erasures_ask *ask)
{
	struct client client;
	ask->erasure.subject.kind = ask->kind;
	if (ask->kind == SUBJECT_PERSON)
		return find_person(scene, ask);
	TRY(clients_find(scene, ask->subject, &client));
	ask->erasure.subject.id = client.id;
	return client.state < CLIENT_ERASING ? OK : FAIL(CONFLICT, "the client is erased already");
}

static fallible seal_request(const struct scene *scene, struct erasures_ask *ask)
{
	static const struct detail_field hold = {"ground", {(const uint8_t *)"hold", 4}, DETAIL_TEXT};
	char due[TELL_TIME + 1];
	scoped(buf) record = BUF(SEALED_MAX);
	const struct detail_field when = {"due", tell_time(ask->erasure.due, due).value, DETAIL_TEXT};
	TRY(erasure_seal(scene->server->volume.keys, &ask->erasure, &record));
	TRY(buf_keep(&record, scene->arena, &ask->sealed));
	TRY(seal_event(scene, &ask->erasure, ACTION_ERASURE_REQUESTED, &when, &ask->requested));
	TRY(seal_event(scene, &ask->erasure, ACTION_ERASURE_REFUSED, &hold, &ask->refused));
	ask->refused.leaf.outcome = LEAF_DENIED;
	ask->refused.leaf.reason = REASON_HELD;
	return OK;
}

fallible erasures_ask_prepare(const struct scene *scene, struct erasures_ask *ask)
{
	struct erasure *erasure = &ask->erasure;
	TRY(second_check_person(scene->caller));
	*erasure = (struct erasure){.tenant = scene->caller->tenant,
		.id = random_id(scene->now),
		.requested = scene->now,
		.due = {scene->now.ms + scene->server->erasure_wait_ms},
		.requester = scene->caller->person,
		.ground = ask->ground};
	ask->other_owner = (struct id){0};
	TRY(find_subject(scene, ask));
	TRY(seal_request(scene, ask));
	return tell_request(scene, erasure, &ask->told);
}

static fallible check_subject(struct act *act, const struct erasure *erasure)
{
	bool open;
	scoped(arena) arena = ARENA(ONE_NOUN);
	struct person person = {.state = PERSON_ACTIVE};
	struct client client = {.state = CLIENT_ACTIVE};
	struct view view = view_act(act);
	if (erasure->subject.kind == SUBJECT_PERSON)
		TRY(person_get_clear(&view, erasure->tenant, erasure->subject.id, &arena, &person));
	else
		TRY(client_get(&view, erasure->tenant, erasure->subject.id, &arena, &client));
	TRY(erasure_is_open(&view, erasure->tenant, &erasure->subject, &open));
	if (open || person.state >= PERSON_ERASING || client.state >= CLIENT_ERASING)
		return FAIL(CONFLICT, "an erasure was asked for already");
	return OK;
}

static fallible check_hold(struct act *act, struct erasures_ask *ask)
{
	const struct hold_clearance *clearance;
	const struct hold_ask hold = {ask->erasure.tenant, HOLD_ERASE, &ask->erasure.subject, 1, act->now};
	struct view view = view_act(act);
	struct err err = hold_clear(&view, &hold, act->arena, &clearance);
	ask->held = err.code == CODE_HELD;
	return ask->held ? OK : err;
}

fallible erasures_ask_write(struct act *act, struct erasures_ask *ask)
{
	struct erasure *erasure = &ask->erasure;
	struct erasure_count day;
	struct view view = view_act(act);
	TRY(check_subject(act, erasure));
	TRY(check_hold(act, ask));
	if (ask->held)
		return event_add(act, erasure->tenant, &ask->refused.leaf, NULL);
	if (!ids_is_none(ask->other_owner))
		TRY(owners_check(act, erasure->tenant, ask->other_owner));
	TRY(erasure_count_since(
		&view, erasure->tenant, (struct instant){act->now.ms - ERASURE_DAY_MS}, &day));
	erasure->needs_third = day.requested >= ERASURE_A_DAY;
	TRY(erasure_put(act, erasure, ask->sealed));
	TRY(letters_write(act, &ask->told));
	return event_add(act, erasure->tenant, &ask->requested.leaf, NULL);
}

/* ---- deciding ---- */

static fallible tell_no(const struct scene *scene, enum action action, struct erasures_decide *decide)
{
	struct change_news news = {.action = action, .now = scene->now};
	const struct letters_desk desk = {scene->server, scene->view, scene->caller->tenant, scene->arena};
	TRY(scene_actor(scene, &news.actor));
	return erasures_tell_ended(&desk, &decide->erasure, &news, scene->caller->person, &decide->told);
}

static void approve(const struct scene *scene, struct erasure *erasure)
{
	if (ids_is_none(erasure->approver))
		erasure->approver = scene->caller->person;
	else
		erasure->third = scene->caller->person;
	if (erasure->needs_third && ids_is_none(erasure->third))
		return;
	erasure->state = ERASURE_APPROVED;
	erasure->decided = scene->now;
}

static void end(const struct scene *scene, struct erasure *erasure, enum erasure_state state)
{
	erasure->state = state;
	erasure->decided = scene->now;
	erasure->ended_by = scene->caller->person;
}

fallible erasures_decide_prepare(const struct scene *scene, struct erasures_decide *decide)
{
	struct erasure *erasure = &decide->erasure;
	const struct id part[] = {erasure->requester, erasure->approver, erasure->subject.id};
	static const struct detail_field refused = {"ground", {(const uint8_t *)"refused", 7}, DETAIL_TEXT};
	TRY(second_check_other(scene, part, sizeof part / sizeof part[0]));
	if (erasure->state != ERASURE_WAITING)
		return FAIL(CONFLICT, "the erasure does not wait for a decision");
	decide->told.count = 0;
	if (decide->approve)
		approve(scene, erasure);
	else
		end(scene, erasure, ERASURE_REFUSED);
	if (!decide->approve)
		TRY(tell_no(scene, ACTION_ERASURE_REFUSED, decide));
	return seal_event(scene, erasure, decide->approve ? ACTION_ERASURE_APPROVED : ACTION_ERASURE_REFUSED,
		decide->approve ? NULL : &refused, &decide->draft);
}

static struct expiry queue_of(const struct erasure *erasure)
{
	return (struct expiry){EXPIRY_ERASURE, erasure->due, erasure->tenant, erasure->id};
}

static fallible check_still(struct act *act, const struct erasure *erasure)
{
	struct noun_key key = noun_key(erasure->tenant, id_span(&erasure->id), SPAN_NONE);
	return noun_still(act, TABLE_ERASURE, noun_key_span(&key), erasure->version);
}

fallible erasures_decide_write(struct act *act, struct erasures_decide *decide)
{
	const struct erasure *erasure = &decide->erasure;
	const struct expiry queue = queue_of(erasure);
	TRY(check_still(act, erasure));
	TRY(erasure_change(act, erasure));
	if (erasure->state == ERASURE_APPROVED)
		TRY(expiry_put(act, &queue));
	TRY(letters_write(act, &decide->told));
	return event_add(act, erasure->tenant, &decide->draft.leaf, NULL);
}

/* ---- taking it back ---- */

static fallible check_may_cancel(const struct scene *scene, const struct erasure *erasure)
{
	struct person person;
	TRY(second_check_person(scene->caller));
	TRY(person_get_clear(
		scene->view, scene->caller->tenant, scene->caller->person, scene->arena, &person));
	if (!owners_is(&person) && !ids_equal(person.id, erasure->requester))
		return FAIL(DENIED, "an erasure is cancelled by an owner, or by the one who asked for it");
	return OK;
}

fallible erasures_cancel_prepare(const struct scene *scene, struct erasures_decide *cancel)
{
	struct erasure *erasure = &cancel->erasure;
	TRY(check_may_cancel(scene, erasure));
	if (erasure->state > ERASURE_APPROVED)
		return FAIL(CONFLICT, "the erasure is under way, or over");
	end(scene, erasure, ERASURE_CANCELLED);
	TRY(tell_no(scene, ACTION_ERASURE_CANCELLED, cancel));
	return seal_event(scene, erasure, ACTION_ERASURE_CANCELLED, NULL, &cancel->draft);
}

fallible erasures_cancel_write(struct act *act, struct erasures_decide *cancel)
{
	const struct erasure *erasure = &cancel->erasure;
	struct erasure stands;
	const struct expiry queue = queue_of(erasure);
	struct view view = view_act(act);
	TRY(check_still(act, erasure));
	TRY(erasure_get(&view, erasure->tenant, erasure->id, act->arena, &stands));
	if (stands.state == ERASURE_APPROVED && act->now.ms >= erasure->due.ms)
		return FAIL(CONFLICT, "the erasure is due");
	if (stands.state == ERASURE_APPROVED)
		TRY(expiry_drop(act, &queue));
	TRY(erasure_change(act, erasure));
	TRY(letters_write(act, &cancel->told));
	return event_add(act, erasure->tenant, &cancel->draft.leaf, NULL);
}
