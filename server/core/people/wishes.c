/* SPDX-License-Identifier: Apache-2.0 */
/* wishes - who may, what changes, who is told. */
#include "server/core/people/wishes.h"

#include "base/text.h"
#include "server/core/detail.h"
#include "server/core/people/clients.h"
#include "store/nouns/event_add.h"

enum { SEALED_MAX = 1024, MASKED_MAX = 300, FIELD_MAX = 32 };

const char *wishes_class(unsigned class)
{
	static const char *const WORDS[WISH_CLASS_COUNT] = {"uses", "purchases", "grants", "changes"};
	return class < WISH_CLASS_COUNT ? WORDS[class] : NULL;
}

const char *wishes_way(unsigned way)
{
	static const char *const WORDS[WISH_WAY_COUNT] = {"each", "digest", "none"};
	return way < WISH_WAY_COUNT ? WORDS[way] : NULL;
}

/* ---- who ---- */

fallible wishes_find_client(const struct scene *scene, struct span client, struct client *found)
{
	struct id id;
	struct sight sight;
	TRY(client_find(scene->view, scene->caller->tenant, client, &id));
	TRY(clients_sight(scene, &sight));
	if (!sight_has_client(&sight, id))
		return FAIL(NOT_FOUND, "the client is outside what the caller sees");
	return client_get(scene->view, scene->caller->tenant, id, scene->arena, found);
}

static fallible find_contact(const struct scene *scene, struct wishes_change *change, struct id *contact)
{
	*contact = scene->caller->person;
	if (change->contact.len) {
		struct err err = person_find(scene->view, scene->caller->tenant, change->contact, contact);
		if (err.kind == ERR_NOT_FOUND)
			return FAIL_CODE(UNKNOWN_PERSON, "the contact is nobody here");
		TRY(err);
	}
	return client_has_contact(&change->found, *contact)
		? OK
		: FAIL_CODE(UNKNOWN_PERSON, "the person is no contact of the client's");
}

static bool asks_ways(const struct wishes_change *change)
{
	for (unsigned class = 0; class < WISH_CLASS_COUNT; class ++)
		if (change->has_way[class])
			return true;
	return false;
}

static fallible check_may(const struct scene *scene, const struct wishes_change *change)
{
	const struct caller *caller = scene->caller;
	if (ids_equal(caller->person, change->before.person))
		return caller->proven
			? OK
			: FAIL_CODE(PERSON_UNPROVEN, "who changes how they are told proves who they are");
	if (client_has_contact(&change->found, caller->person))
		return FAIL(DENIED, "another contact's wishes are that contact's");
	if (!(caller->capabilities & CAPABILITY_BIT(CLIENTS_WRITE)))
		return FAIL(DENIED, "a client's notices are the client's");
	if (asks_ways(change) || change->before.second_address.len)
		return FAIL(DENIED, "staff gives a second address where there is none, and nothing else");
	return OK;
}

/* ---- what changes ---- */

static fallible seal_changed(
	const struct scene *scene, struct wishes_change *change, const struct detail_changes *changes)
{
	struct event event = scene_event(scene, ACTION_CLIENT_CHANGED);
	event.has_object_kind = true;
	event.object_kind = ID_CLIENT;
	event.ids[LEAF_ID_OBJECT] = event.ids[LEAF_ID_CLIENT] = change->found.id;
	event.texts[LEAF_TEXT_LABEL] = change->found.name;
	TRY(detail_print_changes(changes, scene->arena, &event.texts[LEAF_TEXT_CHANGES]));
	return scene_seal(scene, &event, &change->drafts[change->draft_count++]);
}

static fallible change_ways(const struct scene *scene, struct wishes_change *change)
{
	struct detail_changes changes = {.count = 0};
	static const char *const FIELDS[WISH_CLASS_COUNT] = {
		"notices.uses", "notices.purchases", "notices.grants", "notices.changes"};
	for (unsigned class = 0; class < WISH_CLASS_COUNT; class ++) {
		if (!change->has_way[class])
			continue;
		change->after.ways[class] = change->ways[class];
		detail_note(&changes, FIELDS[class], span_text(wishes_way(change->before.ways[class])),
			span_text(wishes_way(change->after.ways[class])));
	}
	return changes.count ? seal_changed(scene, change, &changes) : OK;
}

static fallible masked(const struct scene *scene, struct span address, struct span *shown)
{
	scoped(buf) text = BUF(MASKED_MAX);
	if (address.len)
		text_mask_email(address, &text);
	else
		buf_put_text(&text, "-");
	return buf_keep(&text, scene->arena, shown);
}

static fallible tell_address(
	const struct scene *scene, struct wishes_change *change, struct span to, struct span actor)
{
	const struct letters_desk desk = {scene->server, scene->view, scene->caller->tenant, scene->arena};
	const struct message_value values[] = {{"actor", actor}, {"to", to}};
	const struct tell_ask ask = {.person = change->before.person,
		.kind = NOTICE_NOTIFY_CHANGED,
		.about = change->found.id,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = scene->now};
	return to.len ? letters_add(&desk, &ask, &change->letters) : OK;
}

static fallible change_address(const struct scene *scene, struct wishes_change *change)
{
	struct person person;
	struct span actor;
	struct detail_field fields[] = {
		{"old_masked", SPAN_NONE, DETAIL_TEXT}, {"new_masked", SPAN_NONE, DETAIL_TEXT}};
	struct event event = scene_event(scene, ACTION_ACCOUNT_NOTIFY_ADDRESS_CHANGED);
	if (!change->second_address.len || span_equal(change->second_address, change->before.second_address))
		return OK;
	change->after.second_address = change->second_address;
	event.has_object_kind = event.object_is_person = true;
	event.object_kind = ID_PERSON;
	event.ids[LEAF_ID_OBJECT] = change->before.person;
	TRY(masked(scene, change->before.second_address, &fields[0].value));
	TRY(masked(scene, change->second_address, &fields[1].value));
	TRY(detail_print(fields, 2, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	TRY(scene_seal(scene, &event, &change->drafts[change->draft_count++]));
	TRY(person_get(scene->view, scene->caller->tenant, change->before.person, scene->arena, &person));
	TRY(scene_actor(scene, &actor));
	TRY(tell_address(scene, change, person.email, actor));
	TRY(tell_address(scene, change, change->before.second_address, actor));
	return tell_address(scene, change, change->second_address, actor);
}

fallible wishes_change_prepare(const struct scene *scene, struct wishes_change *change)
{
	struct id contact;
	scoped(buf) sealed = BUF(SEALED_MAX);
	change->draft_count = change->letters.count = 0;
	TRY(wishes_find_client(scene, change->client, &change->found));
	TRY(find_contact(scene, change, &contact));
	change->before = (struct wish){.tenant = scene->caller->tenant, .person = contact};
	TRY(wish_get(scene->view, scene->arena, &change->before));
	TRY(check_may(scene, change));
	change->after = change->before;
	TRY(change_ways(scene, change));
	TRY(change_address(scene, change));
	change->is_empty = change->draft_count == 0;
	TRY(wish_seal(scene->server->volume.keys, &change->after, &sealed));
	return buf_keep(&sealed, scene->arena, &change->sealed);
}

/* A digest that was made meanwhile is not made again. */
static fallible check_still(struct act *act, const struct wishes_change *change)
{
	struct view view = view_act(act);
	struct wish now = change->before;
	TRY(wish_get(&view, act->arena, &now));
	return now.row == change->before.row ? OK : FAIL_CODE(STALE, "the wishes changed meanwhile");
}

fallible wishes_change_write(struct act *act, struct wishes_change *change)
{
	TRY(check_still(act, change));
	TRY(wish_put(act, &change->after, change->sealed));
	TRY(letters_write(act, &change->letters));
	for (size_t i = 0; i < change->draft_count; i++)
		TRY(event_add(act, change->after.tenant, &change->drafts[i].leaf, NULL));
	return OK;
}
