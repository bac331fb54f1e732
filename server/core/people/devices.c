/* SPDX-License-Identifier: Apache-2.0 */
/* devices - a note rides on the act of what was done from the device; reading and losing are use-cases. */
#include "server/core/people/devices.h"

#include "server/core/addresses.h"
#include "server/core/detail.h"
#include "server/core/device_note.h"
#include "server/core/login/forgetting.h"
#include "server/core/login/sessions.h"
#include "server/core/people/people.h"
#include "server/core/proof.h"
#include "server/core/second.h"
#include "store/nouns/event_add.h"
#include "store/nouns/verification.h"

enum { COUNT_TEXT = 16 };

/* ---- who sees what ---- */

static fallible find_person(const struct scene *scene, struct id id, struct person *person)
{
	char text[ID_TEXT + 1];
	ids_print(ID_PERSON, id, text);
	return people_find(scene, span_text(text), person);
}

fallible devices_find(
	const struct scene *scene, struct id id, struct device_record *record, struct person *person)
{
	struct device_record found;
	TRY(device_record_get(scene->view, scene->caller->tenant, id, scene->arena, &found));
	struct err err = find_person(scene, found.person, person);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL(NOT_FOUND, "there is no such device here");
	TRY(err);
	*record = found;
	return OK;
}

bool devices_next_user(const struct scene *scene, const uint8_t term[static KEYS_TERM], struct id *after,
	struct device_record *record, struct person *person, struct err *err)
{
	const struct id tenant = scene->caller->tenant;
	while (device_record_next(scene->view, tenant, span_of(term, KEYS_TERM), after, err)) {
		*err = devices_find(scene, *after, record, person);
		if (!err_failed(*err))
			return true;
		if (err->kind != ERR_NOT_FOUND)
			return false;
	}
	return false;
}

/* ---- changed ---- */

static bool is_own(const struct scene *scene, const struct person *person)
{
	return ids_equal(scene->caller->person, person->id);
}

static fallible check_may(const struct scene *scene, const struct person *person)
{
	if (!is_own(scene, person) && !(scene->caller->capabilities & CAPABILITY_BIT(PEOPLE_WRITE)))
		return FAIL(DENIED, "a device is changed by its person, or by who may change people");
	return OK;
}

static fallible seal_change(const struct scene *scene, enum action action, const struct device_record *record,
	const struct detail_field *field, struct event_draft *draft)
{
	struct event event = scene_event(scene, action);
	event.has_object_kind = true;
	event.object_kind = ID_DEVICE;
	event.ids[LEAF_ID_OBJECT] = record->id;
	event.texts[LEAF_TEXT_LABEL] = record->name;
	if (field)
		TRY(detail_print(field, 1, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, draft);
}

static fallible check_still(struct act *act, const struct device_record *record)
{
	struct noun_key key = noun_key(record->tenant, id_span(&record->id), SPAN_NONE);
	return noun_still(act, TABLE_DEVICE_RECORD, noun_key_span(&key), record->version);
}

fallible devices_rename_prepare(
	const struct scene *scene, const struct person *person, struct devices_rename *rename)
{
	struct device_record *record = &rename->record;
	TRY(check_may(scene, person));
	record->name = rename->name;
	TRY(device_note_seal(scene->server->volume.keys, record, scene->arena, &rename->sealed));
	return seal_change(scene, ACTION_DEVICE_RENAMED, record, NULL, &rename->renamed);
}

fallible devices_rename_write(struct act *act, struct devices_rename *rename)
{
	TRY(check_still(act, &rename->record));
	TRY(device_record_put(act, &rename->record, rename->sealed));
	return event_add(act, rename->record.tenant, &rename->renamed.leaf, NULL);
}

/* ---- lost ---- */

/* How many sessions stand there, and logins were proven that would still hold. They are looked for by when they were opened. */
static fallible count_closed(const struct scene *scene, const struct device_record *record, struct buf *text)
{
	static const uint8_t FIRST[10] = {0};
	const int64_t reach_ms = PROOF_LOGIN_MS + VERIFICATION_OPEN_MS;
	struct id at = ids_make((struct instant){scene->now.ms - reach_ms}, FIRST);
	struct verification verification;
	struct err err = OK;
	unsigned closed = 0, seen = 0;
	uint32_t sessions;
	const struct sessions_of of = {
		.tenant = record->tenant, .person = record->person, .device = record->id};
	TRY(sessions_count(scene->view, &of, scene->now, &sessions));
	while (seen < DEVICES_CLOSED_MAX &&
		verification_next(scene->view, record->tenant, &at, &verification, &err)) {
		seen++;
		closed += !verification.is_action && !verification.by_session &&
			ids_equal(verification.device, record->id) && proof_holds(&verification, scene->now);
	}
	TRY(err);
	buf_printf(text, "%u%s", closed + sessions, seen == DEVICES_CLOSED_MAX ? "+" : "");
	return buf_check(text);
}

/* What each of the two ways is on the log, in the mails and in the rows. */
static const struct ending {
	enum action action;
	enum notice_kind notice;
	enum device_record_state state;
	enum forgetting_cause cause;
} ENDINGS[] = {
	[DEVICES_LOST] = {ACTION_DEVICE_REPORTED_LOST, NOTICE_DEVICE_LOST, DEVICE_RECORD_LOST,
		FORGETTING_LOST},
	[DEVICES_NOT_ME] = {ACTION_LOGIN_DENIED_BY_USER, NOTICE_NOT_ME, DEVICE_RECORD_BLOCKED,
		FORGETTING_NOT_ME},
};

/* Who says that it was not them has to be them. */
static fallible check_may_end(const struct scene *scene, const struct person *person, enum devices_end end)
{
	if (end == DEVICES_LOST)
		return check_may(scene, person);
	TRY(second_check_person(scene->caller));
	return is_own(scene, person) ? OK : FAIL(DENIED, "only its person can say that it was not them");
}

bool devices_is_ended(const struct devices_lost *lost)
{
	return lost->record.state >= ENDINGS[lost->end].state;
}

/* The person at every address, then the owners at their own. */
static fallible tell_lost(const struct scene *scene, const struct person *person, struct devices_lost *lost)
{
	char time[TELL_TIME + 1];
	struct addresses to;
	struct span actor;
	const struct device_record *record = &lost->record;
	const struct span name = record->name.len ? record->name : record->model;
	const struct letters_desk desk = {scene->server, scene->view, record->tenant, scene->arena};
	TRY(scene_actor(scene, &actor));
	TRY(addresses_list(scene->server, scene->view, person, (struct id){0}, scene->arena, &to));
	struct message_value values[] = {{"to", SPAN_NONE}, {"label", person->name}, {"actor", actor},
		tell_time(scene->now, time), {"device", name}};
	struct tell_ask ask = {.person = person->id,
		.kind = ENDINGS[lost->end].notice,
		.about = record->id,
		.values = values,
		.count = name.len ? 5 : 4,
		.now = scene->now};
	for (size_t i = 0; i < to.count; i++) {
		values[0].value = to.items[i];
		TRY(letters_add(&desk, &ask, &lost->told));
	}
	ask.values++;
	ask.count--;
	return letters_add_owners(&desk, &ask, person->id, &lost->told);
}

fallible devices_lost_prepare(
	const struct scene *scene, const struct person *person, struct devices_lost *lost)
{
	scoped(buf) count = BUF(COUNT_TEXT);
	struct device_record *record = &lost->record;
	TRY(check_may_end(scene, person, lost->end));
	TRY(count_closed(scene, record, &count));
	const struct detail_field by = {
		"reported_by", is_own(scene, person) ? SPAN_LIT("person") : SPAN_LIT("other"), DETAIL_TEXT};
	const struct detail_field closed = {"sessions_closed", buf_span(&count), DETAIL_TEXT};
	TRY(device_note_seal(scene->server->volume.keys, record, scene->arena, &lost->sealed));
	TRY(tell_lost(scene, person, lost));
	TRY(seal_change(scene, ENDINGS[lost->end].action, record, &by, &lost->reported));
	return seal_change(scene, ACTION_DEVICE_REVOKED, record, &closed, &lost->revoked);
}

fallible devices_lost_write(struct act *act, struct devices_lost *lost)
{
	struct device_record *record = &lost->record;
	const struct ending *ending = &ENDINGS[lost->end];
	TRY(check_still(act, record));
	record->state = ending->state;
	TRY(device_record_put(act, record, lost->sealed));
	TRY(letters_write(act, &lost->told));
	TRY(event_add(act, record->tenant, &lost->reported.leaf, NULL));
	TRY(event_add(act, record->tenant, &lost->revoked.leaf, NULL));
	return forgetting_device(act, record->tenant, record->person, record->id, ending->cause);
}
