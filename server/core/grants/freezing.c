/* SPDX-License-Identifier: Apache-2.0 */
/* freezing - who may, the client's record, who is told. */
#include "server/core/grants/freezing.h"

#include "server/core/grants/approvals.h"
#include "server/core/grants_seen.h"
#include "server/core/owners.h"

/* Whoever approves grants may stop a client's use. What the client's own people stopped, nobody but they and an owner lets go on:
 * else who is to be stopped by it undoes it. */
static fallible check_may(const struct scene *scene, const struct freezing *freezing)
{
	struct person person;
	const struct caller *caller = scene->caller;
	unsigned role = approvals_role(caller, &freezing->change.client);
	if (ids_is_none(caller->person))
		return FAIL_CODE(PERSON_UNPROVEN,
			"a person stops a client's use and lets it go on, and no application");
	if (role == 0)
		return FAIL(DENIED, "the client's own people stop its use, and whoever approves grants");
	if (freezing->frozen || role == GRANT_BY_CLIENT)
		return OK;
	TRY(person_get_clear(scene->view, caller->tenant, caller->person, scene->arena, &person));
	return owners_is(&person) ? OK
				  : FAIL(DENIED, "the client's own people let its use go on, or an owner");
}

static fallible find_client(const struct scene *scene, struct freezing *freezing)
{
	struct id id;
	struct sight sight;
	const struct caller *caller = scene->caller;
	TRY(client_find(scene->view, caller->tenant, freezing->client, &id));
	TRY(grants_sight(scene->view, caller, scene->arena, &sight));
	if (!ids_is_none(sight.client) && !ids_equal(sight.client, id))
		return FAIL(NOT_FOUND, "the client is another one than the contact's");
	TRY(client_get(scene->view, caller->tenant, id, scene->arena, &freezing->change.client));
	return check_may(scene, freezing);
}

/* An owner who lets go on what the client stopped does not do it in silence. */
static fallible tell(const struct scene *scene, struct freezing *freezing)
{
	char time[TELL_TIME + 1];
	struct span actor;
	const struct client *client = &freezing->change.client;
	struct letters *told = &freezing->change.told;
	const struct letters_desk desk = {scene->server, scene->view, client->tenant, scene->arena};
	TRY(scene_actor(scene, &actor));
	const struct message_value values[] = {
		{"label", client->name}, {"actor", actor}, tell_time(scene->now, time)};
	struct tell_ask ask = {.kind = freezing->frozen ? NOTICE_USE_STOPPED : NOTICE_USE_RESUMED,
		.about = client->id,
		.values = values,
		.count = 3,
		.now = scene->now};
	TRY(letters_add_contacts(&desk, &ask, client, scene->caller->person, told));
	return letters_add_owners(&desk, &ask, scene->caller->person, told);
}

fallible freezing_prepare(const struct scene *scene, struct freezing *freezing)
{
	struct contacts_change *change = &freezing->change;
	change->told.count = 0;
	TRY(find_client(scene, freezing));
	freezing->is_so = change->client.frozen == freezing->frozen;
	if (freezing->is_so)
		return OK;
	TRY(tell(scene, freezing));
	change->client.frozen = freezing->frozen;
	TRY(contacts_seal(scene, &change->client, &change->sealed));
	struct event event = contacts_event(
		scene, freezing->frozen ? ACTION_CLIENT_PAUSED : ACTION_CLIENT_RESUMED, &change->client);
	event.texts[LEAF_TEXT_DETAIL] = freezing->frozen ? SPAN_LIT("{\"freeze\":true,\"until\":\"open\"}")
							 : SPAN_LIT("{\"freeze\":false}");
	return scene_seal(scene, &event, &change->changed);
}

fallible freezing_write(struct act *act, const struct freezing *freezing)
{
	return contacts_write(act, &freezing->change);
}
