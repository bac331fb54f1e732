/* SPDX-License-Identifier: Apache-2.0 */
/* api_devices - GET /v1/people/{person}/devices, GET and PATCH /v1/devices/{device}, POST /v1/devices/{device}/lost and
 * /not-me. */
#include "server/api/ask.h"
#include "server/core/people/devices.h"
#include "server/core/people/people.h"

enum { USERS_MAX = 100 /* of one device that are shown */ };

static const char *state_name(const struct device_record *record)
{
	static const char *const NAMES[] = {[DEVICE_RECORD_KNOWN] = "known",
		[DEVICE_RECORD_LOST] = "lost",
		[DEVICE_RECORD_BLOCKED] = "blocked"};
	return NAMES[record->state];
}

static void put_device(struct json_out *out, const struct device_record *record)
{
	json_out_id(out, "id", ID_DEVICE, record->id);
	json_out_id(out, "person", ID_PERSON, record->person);
	json_out_text(out, "state", state_name(record));
	json_out_time(out, "first_seen", record->first_seen);
	json_out_time(out, "last_seen", record->last_seen);
	ask_put_text(out, "device", record->own_id);
	ask_put_text(out, "name", record->name);
	ask_put_text(out, "platform", record->platform);
	ask_put_text(out, "model", record->model);
}

/* ---- GET /v1/people/{person}/devices ---- */

/* Whether somebody else used it as well; who may not see others is not told. */
static fallible put_shared(
	const struct scene *scene, const struct device_record *record, struct json_out *out)
{
	uint8_t term[KEYS_TERM];
	struct device_record user;
	struct person person;
	struct id after = {0};
	struct err err = OK;
	bool shared = false;
	if (!(scene->caller->capabilities & CAPABILITY_BIT(PEOPLE_READ)))
		return OK;
	if (record->own_id.len) {
		TRY(device_record_term(
			scene->server->volume.keys, scene->caller->tenant, record->own_id, term));
		while (!shared && devices_next_user(scene, term, &after, &user, &person, &err))
			shared = !ids_equal(user.person, record->person);
		TRY(err);
	}
	json_out_bool(out, "shared", shared);
	return OK;
}

static fallible put_list(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	struct ask_persons_page *list = call->ask;
	struct device_record record;
	struct id next = list->after;
	struct err err = OK;
	size_t count = 0;
	const struct scene scene = stage_scene(call, view);
	const struct span under = id_span(&list->person.id);
	while (device_record_next(view, call->caller.tenant, under, &next, &err)) {
		if (count++ == list->page.limit) {
			*position = id_span(&list->after);
			return OK;
		}
		TRY(device_record_get(view, call->caller.tenant, next, call->arena, &record));
		json_out_open(out, NULL);
		put_device(out, &record);
		TRY(put_shared(&scene, &record, out));
		json_out_close(out);
		list->after = next;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	const struct ask_persons_page *list = call->ask;
	return call_put_list(call, out, id_span(&list->person.id), put_list);
}

const struct handler api_devices_list = {ask_persons_page, NULL, answer_list};

/* ---- GET /v1/devices/{device} ---- */

static fallible read_id(const struct call *call, struct id *id)
{
	return err_failed(ids_parse(ID_DEVICE, call->parts[0], id))
		? FAIL(NOT_FOUND, "there is no such device here")
		: OK;
}

static fallible prepare_get(struct call *call)
{
	struct id *id;
	struct device_record record;
	struct person person;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &id));
	TRY(read_id(call, id));
	TRY(stage_open(call, &stage));
	return devices_find(&stage.scene, *id, &record, &person);
}

static fallible put_users(const struct scene *scene, const struct device_record *record, struct json_out *out)
{
	uint8_t term[KEYS_TERM];
	struct device_record user;
	struct person person;
	struct id after = {0};
	struct err err = OK;
	json_out_open_array(out, "people");
	if (record->own_id.len) {
		TRY(device_record_term(
			scene->server->volume.keys, scene->caller->tenant, record->own_id, term));
		for (size_t i = 0;
			i < USERS_MAX && devices_next_user(scene, term, &after, &user, &person, &err); i++) {
			json_out_open(out, NULL);
			json_out_id(out, "person", ID_PERSON, person.id);
			ask_put_text(out, "name", person.name);
			json_out_id(out, "id", ID_DEVICE, user.id);
			json_out_text(out, "state", state_name(&user));
			json_out_time(out, "first_seen", user.first_seen);
			json_out_time(out, "last_seen", user.last_seen);
			json_out_close(out);
		}
	}
	json_out_close_array(out);
	return err;
}

static fallible answer_get(struct call *call, struct json_out *out)
{
	const struct id *id = call->ask;
	struct device_record record;
	struct person person;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(devices_find(&stage.scene, *id, &record, &person));
	put_device(out, &record);
	return put_users(&stage.scene, &record, out);
}

const struct handler api_devices_get = {prepare_get, NULL, answer_get};

/* ---- PATCH /v1/devices/{device} ---- */

static fallible read_name(struct call *call, struct span *name)
{
	struct json_object top;
	TRY(call_body(call, &top));
	*name = ask_line(call, &top, "name", JSON_NEEDED, DEVICE_TEXT_MAX);
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_rename(struct call *call)
{
	struct devices_rename *rename;
	struct person person;
	struct id id;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &rename));
	TRY(read_name(call, &rename->name));
	TRY(read_id(call, &id));
	TRY(stage_open(call, &stage));
	TRY(devices_find(&stage.scene, id, &rename->record, &person));
	return devices_rename_prepare(&stage.scene, &person, rename);
}

static fallible write_rename(struct act *act, struct call *call)
{
	return devices_rename_write(act, call->ask);
}

static fallible answer_rename(struct call *call, struct json_out *out)
{
	const struct devices_rename *rename = call->ask;
	put_device(out, &rename->record);
	return OK;
}

const struct handler api_devices_rename = {prepare_rename, write_rename, answer_rename};

/* ---- POST /v1/devices/{device}/lost, and /not-me ---- */

static fallible prepare_end(struct call *call, enum devices_end end)
{
	struct devices_lost *lost;
	struct person person;
	struct id id;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &lost));
	TRY(ask_nothing(call));
	TRY(read_id(call, &id));
	TRY(stage_open(call, &stage));
	TRY(devices_find(&stage.scene, id, &lost->record, &person));
	lost->end = end;
	TRY(devices_lost_prepare(&stage.scene, &person, lost));
	call->act = devices_is_ended(lost) ? CALL_NO_ACT : CALL_EVENT;
	return OK;
}

static fallible prepare_lost(struct call *call)
{
	return prepare_end(call, DEVICES_LOST);
}

static fallible prepare_not_me(struct call *call)
{
	return prepare_end(call, DEVICES_NOT_ME);
}

static fallible write_lost(struct act *act, struct call *call)
{
	return devices_lost_write(act, call->ask);
}

static fallible answer_lost(struct call *call, struct json_out *out)
{
	const struct devices_lost *lost = call->ask;
	put_device(out, &lost->record);
	return OK;
}

const struct handler api_devices_lost = {prepare_lost, write_lost, answer_lost};
const struct handler api_devices_not_me = {prepare_not_me, write_lost, answer_lost};
