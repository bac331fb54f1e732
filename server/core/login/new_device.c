/* SPDX-License-Identifier: Apache-2.0 */
/* new_device - seal the event and the mail beforehand; the act finds out whether the device is new. */
#include "server/core/login/new_device.h"

#include "server/core/detail.h"
#include "server/core/device_note.h"
#include "server/core/from_where.h"
#include "server/core/login/remembering.h"
#include "server/core/tell.h"
#include "store/nouns/event_add.h"

static fallible seal_mail(
	const struct server *server, struct span to, struct arena *arena, struct verifications_ask *ask)
{
	struct from_where kept;
	struct message_value values[1 + FROM_WHERE_VALUES] = {{"to", to}};
	size_t count = 1 + from_where_put(server, &ask->device, &kept, values + 1);
	const struct tell_ask letter = {.person = ask->verification.person,
		.kind = NOTICE_NEW_DEVICE,
		.about = ask->verification.device,
		.values = values,
		.count = count,
		.now = ask->now};
	return tell_prepare(server->keeper, ask->verification.tenant, &letter, arena, &ask->new_device_mail);
}

static fallible seal_event(
	const struct server *server, bool told, struct arena *arena, struct verifications_ask *ask)
{
	const struct verification *verification = &ask->verification;
	const struct detail_field detail = {
		"told", told ? SPAN_LIT("mail") : SPAN_LIT("nobody"), DETAIL_TEXT};
	struct event event = {.action = ACTION_DEVICE_FIRST_SEEN,
		.source = LEAF_SERVER,
		.actor = LEAF_PERSON,
		.has_object_kind = true,
		.object_kind = ID_DEVICE};
	event.ids[LEAF_ID_ACTOR] = verification->person;
	event.ids[LEAF_ID_REPORTER] = verification_application(verification);
	event.ids[LEAF_ID_DEVICE] = event.ids[LEAF_ID_OBJECT] = verification->device;
	event.ids[LEAF_ID_BRANCH] = ask->branch;
	device_put_texts(&ask->device, &event);
	event.texts[LEAF_TEXT_ROLES] = ask->roles;
	event.texts[LEAF_TEXT_TRACE] = ask->trace;
	TRY(detail_print(&detail, 1, arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(
		server->volume.keys, verification->tenant, &event, ask->now, arena, &ask->first_seen);
}

fallible new_device_prepare(const struct server *server, const struct view *view, struct arena *arena,
	struct verifications_ask *ask)
{
	const struct verification *verification = &ask->verification;
	struct person person;
	ask->device_note = NULL;
	ask->new_device_mail = (struct notice){0};
	bool tries = ask->has_code || ask->spend || (ask->remembering && ask->remembering->typed.len);
	if (!tries || verification_is_decoy(verification) || ids_is_none(verification->device))
		return OK;
	TRY(device_note_prepare(
		view, verification->tenant, &ask->sight, &ask->device, ask->now, arena, &ask->device_note));
	if (!ask->device_note || ask->sight.seen.ms)
		return OK;
	TRY(person_get(view, verification->tenant, verification->person, arena, &person));
	if (person.email.len)
		TRY(seal_mail(server, person.email, arena, ask));
	return seal_event(server, person.email.len > 0, arena, ask);
}

fallible new_device_write(struct act *act, struct verifications_ask *ask)
{
	bool is_new;
	struct id id = ask->verification.device;
	TRY(device_note_write(act, ask->device_note, &id, &is_new));
	if (!is_new)
		return OK;
	if (ask->new_device_mail.sealed.at)
		TRY(notice_add(act, &ask->new_device_mail));
	return event_add(act, ask->verification.tenant, &ask->first_seen.leaf, NULL);
}
