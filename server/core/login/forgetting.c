/* SPDX-License-Identifier: Apache-2.0 */
/* forgetting - walk a person's series and end them. */
#include "server/core/login/forgetting.h"

#include "server/core/detail.h"
#include "server/core/login/sessions.h"
#include "store/nouns/event_add.h"

static const char *const CAUSES[FORGETTING_CAUSES] = {
	[FORGETTING_REVOKED] = "revoked",
	[FORGETTING_REPLACED] = "replaced",
	[FORGETTING_STOLEN] = "stolen",
	[FORGETTING_LOST] = "lost",
	[FORGETTING_NOT_ME] = "not_me",
	[FORGETTING_FACTOR] = "factor",
	[FORGETTING_EMAIL] = "email",
	[FORGETTING_SUSPENDED] = "suspended",
	[FORGETTING_REMOVED] = "removed",
};

/* The act before it says who did it; this one says what it was the end of. */
static fallible add_event(struct act *act, const struct remembered *remembered, enum forgetting_cause cause)
{
	char device[ID_TEXT + 1], series[ID_TEXT + 1];
	ids_print(ID_DEVICE, remembered->device, device);
	ids_print(ID_REMEMBERED, remembered->id, series);
	const struct detail_field fields[] = {{"device_id", span_text(device), DETAIL_TEXT},
		{"remembered", span_text(series), DETAIL_TEXT},
		{"cause", span_text(CAUSES[cause]), DETAIL_TEXT}};
	struct event event = {.action = ACTION_DEVICE_UNTRUSTED,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_PERSON,
		.object_is_person = true};
	event.ids[LEAF_ID_OBJECT] = remembered->person;
	event.ids[LEAF_ID_REPORTER] = remembered->application;
	event.ids[LEAF_ID_DEVICE] = remembered->device;
	TRY(detail_print(
		fields, sizeof fields / sizeof fields[0], act->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_say(act, remembered->tenant, &event);
}

fallible forgetting_one(struct act *act, const struct remembered *remembered, enum forgetting_cause cause)
{
	TRY(remembered_drop(act, remembered));
	return add_event(act, remembered, cause);
}

/* Device none = whatever the device. */
static fallible forget(
	struct act *act, struct id tenant, struct id person, struct id device, enum forgetting_cause cause)
{
	struct remembered remembered;
	struct id at = {0};
	struct err err = OK;
	struct view view = view_act(act);
	while (remembered_next(&view, tenant, person, &at, &remembered, &err))
		if (ids_is_none(device) || ids_equal(device, remembered.device))
			TRY(forgetting_one(act, &remembered, cause));
	return err;
}

/* What ends a session besides; SESSIONS_CAUSES: nothing. */
static const enum sessions_cause ENDS[FORGETTING_CAUSES] = {
	[FORGETTING_REVOKED] = SESSIONS_CAUSES,
	[FORGETTING_REPLACED] = SESSIONS_CAUSES,
	[FORGETTING_STOLEN] = SESSIONS_CAUSES,
	[FORGETTING_LOST] = SESSIONS_DEVICE,
	[FORGETTING_NOT_ME] = SESSIONS_DEVICE,
	[FORGETTING_FACTOR] = SESSIONS_FACTOR,
	[FORGETTING_EMAIL] = SESSIONS_EMAIL,
	[FORGETTING_SUSPENDED] = SESSIONS_SUSPENDED,
	[FORGETTING_REMOVED] = SESSIONS_REMOVED,
};

static fallible end_sessions(
	struct act *act, struct id tenant, struct id person, struct id device, enum forgetting_cause cause)
{
	uint32_t ended = 0;
	const struct sessions_of of = {.tenant = tenant, .person = person, .device = device};
	return ENDS[cause] == SESSIONS_CAUSES ? OK : sessions_end_all(act, &of, ENDS[cause], NULL, &ended);
}

fallible forgetting_person(struct act *act, struct id tenant, struct id person, enum forgetting_cause cause)
{
	TRY(forget(act, tenant, person, (struct id){0}, cause));
	return end_sessions(act, tenant, person, (struct id){0}, cause);
}

fallible forgetting_device(
	struct act *act, struct id tenant, struct id person, struct id device, enum forgetting_cause cause)
{
	if (ids_is_none(device))
		return OK;
	TRY(forget(act, tenant, person, device, cause));
	return end_sessions(act, tenant, person, device, cause);
}

fallible forgetting_erase(struct act *act, struct id tenant, struct id person)
{
	struct remembered remembered;
	struct id at = {0};
	struct err err = OK;
	struct view view = view_act(act);
	while (remembered_next(&view, tenant, person, &at, &remembered, &err))
		TRY(remembered_drop(act, &remembered));
	TRY(err);
	return sessions_erase(act, tenant, person);
}

/* ---- on request ---- */

fallible forgetting_prepare(
	const struct scene *scene, const struct person *person, struct forgetting_ask *ask)
{
	struct remembered remembered;
	struct id at = {0};
	struct err err = OK;
	bool own = ids_equal(scene->caller->person, person->id);
	if (!own && !(scene->caller->capabilities & CAPABILITY_BIT(PEOPLE_WRITE)))
		return FAIL(
			DENIED, "a remembered device is ended by its person, or by who may change people");
	ask->person = person->id;
	ask->count = 0;
	while (remembered_next(scene->view, person->tenant, person->id, &at, &remembered, &err))
		ask->count += ids_is_none(ask->id) || ids_equal(ask->id, remembered.id);
	TRY(err);
	if (ask->count == 0 && !ids_is_none(ask->id))
		return FAIL(NOT_FOUND, "there is no such remembered device here");
	return OK;
}

fallible forgetting_write(struct act *act, struct id tenant, const struct forgetting_ask *ask)
{
	struct remembered remembered;
	struct view view = view_act(act);
	if (!ids_is_none(ask->id)) {
		TRY(remembered_get(&view, tenant, ask->id, &remembered));
		return forgetting_one(act, &remembered, FORGETTING_REVOKED);
	}
	TRY(forgetting_person(act, tenant, ask->person, FORGETTING_REVOKED));
	return act->event_count ? OK : FAIL_CODE(STALE, "they ended meanwhile");
}
