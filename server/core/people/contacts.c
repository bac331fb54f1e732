/* SPDX-License-Identifier: Apache-2.0 */
/* contacts - one more, one less. */
#include "server/core/people/contacts.h"

#include "server/core/change_news.h"
#include "server/core/detail.h"
#include "store/nouns/event_add.h"

enum { CLIENT_SEALED_MAX = 4096 };

fallible contacts_seal(const struct scene *scene, const struct client *client, struct span *sealed)
{
	scoped(buf) record = BUF(CLIENT_SEALED_MAX);
	TRY(client_seal(scene->server->volume.keys, client, &record));
	TRY(buf_check(&record));
	return scene_copy(scene, buf_span(&record), sealed);
}

struct event contacts_event(const struct scene *scene, enum action action, const struct client *client)
{
	struct event event = scene_event(scene, action);
	event.has_object_kind = true;
	event.object_kind = ID_CLIENT;
	event.ids[LEAF_ID_OBJECT] = client->id;
	event.ids[LEAF_ID_CLIENT] = client->id;
	if (ids_is_none(event.ids[LEAF_ID_BRANCH]))
		event.ids[LEAF_ID_BRANCH] = client->branch;
	event.texts[LEAF_TEXT_LABEL] = client->name;
	return event;
}

static size_t find(const struct client *client, struct id person)
{
	size_t at = 0;
	while (at < client->contact_count && !ids_equal(client->contacts[at], person))
		at++;
	return at;
}

static fallible apply(struct client *client, struct id person, enum contacts_step step)
{
	size_t at = find(client, person);
	switch (step) {
	case CONTACTS_ADD:
		if (client->state >= CLIENT_ENDED)
			return FAIL(CONFLICT, "the client has ended");
		if (client->contact_count == CLIENT_CONTACTS_MAX)
			return FAIL(CONFLICT, "the client has as many contacts as there can be");
		client->contacts[client->contact_count++] = person;
		break;
	case CONTACTS_DROP:
		if (at == client->contact_count)
			return OK;
		client->contacts[at] = client->contacts[--client->contact_count];
		break;
	}
	return OK;
}

static fallible seal_event(
	const struct scene *scene, struct id person, enum contacts_step step, struct contacts_change *change)
{
	char id[ID_TEXT + 1];
	struct detail_changes changes = {.count = 0};
	struct event event = contacts_event(scene, ACTION_CLIENT_CHANGED, &change->client);
	ids_print(ID_PERSON, person, id);
	struct span text = span_of(id, ID_TEXT);
	detail_note(&changes, "contacts", step == CONTACTS_DROP ? text : SPAN_NONE,
		step == CONTACTS_ADD ? text : SPAN_NONE);
	TRY(detail_print_changes(&changes, scene->arena, &event.texts[LEAF_TEXT_CHANGES]));
	return scene_seal(scene, &event, &change->changed);
}

/* Who may approve and consent in a client's name is made by the staff: so that nobody gives himself a second voice in silence. */
static fallible tell_others(
	const struct scene *scene, const struct person *person, struct contacts_change *change)
{
	char time[TELL_TIME + 1];
	struct span actor;
	const struct client *client = &change->client;
	const struct letters_desk desk = {scene->server, scene->view, client->tenant, scene->arena};
	TRY(scene_actor(scene, &actor));
	const struct message_value values[] = {
		{"label", person->name}, {"actor", actor}, tell_time(scene->now, time)};
	struct tell_ask ask = {.kind = NOTICE_CONTACT_ADDED,
		.about = person->id,
		.values = values,
		.count = 3,
		.now = scene->now};
	return letters_add_contacts(&desk, &ask, client, person->id, &change->told);
}

/* Nor is a client's voice taken from it in silence: who spoke hears it, and whoever still does. */
static fallible tell_dropped(
	const struct scene *scene, const struct person *person, struct contacts_change *change)
{
	const struct client *client = &change->client;
	const struct change_news news = {.action = ACTION_PERSON_REMOVED,
		.about = person->id,
		.label = person->name,
		.also_suspended = true};
	TRY(change_news_tell(scene, &news, person->id, &change->told));
	for (size_t i = 0; i < client->contact_count; i++)
		TRY(change_news_tell(scene, &news, client->contacts[i], &change->told));
	return OK;
}

fallible contacts_prepare(const struct scene *scene, const struct person *person, enum contacts_step step,
	struct contacts_change *change)
{
	struct client *client = &change->client;
	change->told.count = 0;
	TRY(client_get(scene->view, scene->caller->tenant, person->client, scene->arena, client));
	TRY(apply(client, person->id, step));
	TRY(contacts_seal(scene, client, &change->sealed));
	TRY(step == CONTACTS_ADD ? tell_others(scene, person, change) : tell_dropped(scene, person, change));
	return seal_event(scene, person->id, step, change);
}

fallible contacts_write(struct act *act, const struct contacts_change *change)
{
	const struct client *client = &change->client;
	struct noun_key key = noun_key(client->tenant, id_span(&client->id), SPAN_NONE);
	struct row row;
	struct leaf leaf = change->changed.leaf;
	TRY(act_get(act, TABLE_CLIENT, noun_key_span(&key), &row));
	if (row.version != client->version)
		return FAIL_CODE(STALE, "the client changed meanwhile");
	TRY(client_put(act, client, change->sealed));
	TRY(letters_write(act, &change->told));
	return event_add(act, client->tenant, &leaf, NULL);
}
