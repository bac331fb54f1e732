/* SPDX-License-Identifier: Apache-2.0 */
/* slips - seal, burn, open. */
#include "server/core/vault/slips.h"

#include "crypto/random.h"
#include "server/core/detail.h"
#include "server/core/second.h"
#include "server/core/sight.h"
#include "server/core/vault/credentials.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/expiry.h"
#include "store/nouns/person.h"
#include "store/nouns/storm.h"

enum { SEALED_MAX = 2 * 1024, ONE_NOUN = 64 * 1024 };

static const int64_t DAY_MS = INT64_C(24) * 60 * 60 * 1000;

/* ---- events ---- */

static fallible seal_event(
	const struct scene *scene, enum action action, const struct slip *slip, struct event_draft *draft)
{
	char ends[TELL_TIME + 1];
	struct event event = scene_event(scene, action);
	const struct detail_field expires = {"expires", tell_time(slip->ends, ends).value, DETAIL_TEXT};
	event.has_object_kind = true;
	event.object_kind = ID_SLIP;
	event.ids[LEAF_ID_OBJECT] = slip->id;
	event.ids[LEAF_ID_CLIENT] = slip->client;
	event.texts[LEAF_TEXT_TASK] = slip->task;
	TRY(detail_print(&expires, 1, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, draft);
}

/* ---- writing one ---- */

/* A client's contact writes to the staff and to the others of that client: whom else a tenant knows is not theirs to
 * find out. */
static bool may_write_to(const struct sight *sight, const struct person *reader)
{
	bool of_client = reader->kind == PERSON_OF_CLIENT;
	return sight->all || ids_is_none(sight->client) || !of_client ||
		ids_equal(sight->client, reader->client);
}

static fallible find_reader(
	const struct scene *scene, const struct sight *sight, struct slips_add *add, struct person *reader)
{
	struct id id;
	struct err err = person_find(scene->view, scene->caller->tenant, add->to, &id);
	if (!err_failed(err))
		err = person_get(scene->view, scene->caller->tenant, id, scene->arena, reader);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL_CODE(UNKNOWN_PERSON, "the slip's reader is nobody here");
	TRY(err);
	if (reader->state != PERSON_ACTIVE || !may_write_to(sight, reader))
		return FAIL_CODE(UNKNOWN_PERSON, "the slip's reader is nobody whom the caller can write to");
	add->slip.to = reader->id;
	add->reader_row = reader->version;
	return OK;
}

static fallible find_client(const struct scene *scene, const struct sight *sight, const struct person *reader,
	struct slips_add *add)
{
	struct id client = ids_is_none(sight->client) ? reader->client : sight->client;
	if (add->client.len) {
		struct err err = client_find(scene->view, scene->caller->tenant, add->client, &client);
		if (err.kind == ERR_NOT_FOUND || (!err_failed(err) && !sight_has_client(sight, client)))
			return FAIL_CODE(UNKNOWN_CLIENT, "the slip's client is nobody here");
		TRY(err);
	}
	add->slip.client = client;
	return OK;
}

/* As for a use: whoever has left has nothing read any more, and a pause or a freeze holds for slips as well. */
static enum reason reason_of_client(const struct client *client)
{
	if (client->state != CLIENT_ACTIVE && client->state != CLIENT_PAUSED)
		return REASON_EXPIRED;
	if (client->state == CLIENT_PAUSED)
		return REASON_GRANT_SUSPENDED;
	return client->frozen ? REASON_FROZEN : REASON_NONE;
}

static struct err of_reason(enum reason reason)
{
	switch ((int)reason) {
	case REASON_NONE:
		return OK;
	case REASON_FROZEN:
		return FAIL_CODE(FROZEN, "the client has stopped all use");
	case REASON_GRANT_SUSPENDED:
		return FAIL_CODE(GRANT_SUSPENDED, "the client is paused");
	case REASON_REPLAYED:
		return FAIL(EXPIRED, "the slip was read already");
	default:
		return FAIL(EXPIRED, "the slip's time is over");
	}
}

/* What could not be read within its quarter of an hour is said so at once, while the text is still in the writer's hands. */
static fallible check_client(const struct scene *scene, struct slips_add *add)
{
	struct client client;
	if (ids_is_none(add->slip.client))
		return OK;
	TRY(client_get_clear(scene->view, add->slip.tenant, add->slip.client, &client));
	add->client_row = client.version;
	if (client.state != CLIENT_ACTIVE && client.state != CLIENT_PAUSED)
		return FAIL(CONFLICT, "the client has left");
	return of_reason(reason_of_client(&client));
}

static fallible seal(const struct scene *scene, struct slips_add *add)
{
	struct slip *slip = &add->slip;
	scoped(buf) text = BUF(SEALED_MAX);
	scoped(buf) task = BUF(SEALED_MAX);
	TRY(keeper_seal_short(scene->server->keeper, slip->tenant, slip->day, slip->id, add->text, &text));
	TRY(buf_keep(&text, scene->arena, &slip->sealed));
	TRY(slip_seal(scene->server->volume.keys, slip, &task));
	return buf_keep(&task, scene->arena, &add->sealed);
}

fallible slips_add_prepare(const struct scene *scene, struct slips_add *add)
{
	struct sight sight;
	struct person reader;
	const struct caller *caller = scene->caller;
	add->slip = (struct slip){.tenant = caller->tenant,
		.id = random_id(scene->now),
		.from_application = ids_is_none(caller->person),
		.from = ids_is_none(caller->person) ? caller->application : caller->person,
		.created = scene->now,
		.ends = {scene->now.ms + add->ttl_s * 1000},
		.day = (uint32_t)(scene->now.ms / DAY_MS),
		.task = add->task};
	TRY(credentials_sight_to_put(scene->view, caller, scene->arena, &sight));
	TRY(find_reader(scene, &sight, add, &reader));
	TRY(find_client(scene, &sight, &reader, add));
	TRY(check_client(scene, add));
	TRY(seal(scene, add));
	return seal_event(scene, ACTION_SLIP_CREATED, &add->slip, &add->draft);
}

fallible slips_add_write(struct act *act, struct slips_add *add)
{
	const struct slip *slip = &add->slip;
	const struct expiry expiry = {EXPIRY_SLIP, slip->ends, slip->tenant, slip->id};
	struct noun_key reader = noun_key(slip->tenant, id_span(&slip->to), SPAN_NONE);
	struct noun_key client = noun_key(slip->tenant, id_span(&slip->client), SPAN_NONE);
	TRY(noun_still(act, TABLE_PERSON, noun_key_span(&reader), add->reader_row));
	if (!ids_is_none(slip->client))
		TRY(noun_still(act, TABLE_CLIENT, noun_key_span(&client), add->client_row));
	TRY(slip_put(act, slip, add->sealed));
	TRY(expiry_put(act, &expiry));
	return event_add(act, slip->tenant, &add->draft.leaf, NULL);
}

/* ---- reading it ---- */

/* The client hears that it was read and by whom, and so does the person who wrote it; never who reads it. */
static fallible tell(const struct scene *scene, struct slips_read *read)
{
	char time[TELL_TIME + 1];
	struct span name;
	struct client client = {.contact_count = 0};
	const struct slip *slip = &read->slip;
	const struct letters_desk desk = {scene->server, scene->view, slip->tenant, scene->arena};
	TRY(scene_actor(scene, &name));
	const struct message_value values[] = {{"assistant", name}, tell_time(scene->now, time)};
	struct tell_ask ask = {.kind = NOTICE_SLIP_READ,
		.about = slip->id,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = scene->now};
	bool writer_told = slip->from_application || ids_equal(slip->from, slip->to);
	if (!ids_is_none(slip->client))
		TRY(client_get(scene->view, slip->tenant, slip->client, scene->arena, &client));
	for (size_t i = 0; i < client.contact_count; i++) {
		ask.person = client.contacts[i];
		writer_told = writer_told || ids_equal(ask.person, slip->from);
		if (!ids_equal(ask.person, slip->to))
			TRY(letters_add(&desk, &ask, &read->told));
	}
	ask.person = slip->from;
	return writer_told ? OK : letters_add(&desk, &ask, &read->told);
}

fallible slips_read_prepare(const struct scene *scene, struct span text, struct slips_read *read)
{
	struct id id;
	const struct caller *caller = scene->caller;
	TRY(second_check_person(caller));
	TRY(ids_parse(ID_SLIP, text, &id));
	TRY(slip_get(scene->view, caller->tenant, id, scene->arena, &read->slip));
	if (!ids_equal(read->slip.to, caller->person))
		return FAIL(NOT_FOUND, "the slip is for somebody else");
	TRY(seal_event(scene, ACTION_SLIP_READ, &read->slip, &read->draft));
	read->told.count = 0;
	return read->slip.state == SLIP_WAITING ? tell(scene, read) : OK;
}

/* A second reading is worth knowing of: the first one may have been somebody else's. What the client's freeze or pause refuses
 * is not used up by it. */
static fallible find_refusal(
	const struct view *view, const struct slip *slip, struct instant now, enum reason *reason)
{
	struct client client;
	*reason = REASON_NONE;
	if (slip->state == SLIP_READ)
		*reason = REASON_REPLAYED;
	else if (slip->state == SLIP_EXPIRED || slip->ends.ms <= now.ms)
		*reason = REASON_EXPIRED;
	if (*reason != REASON_NONE || ids_is_none(slip->client))
		return OK;
	TRY(client_get_clear(view, slip->tenant, slip->client, &client));
	*reason = reason_of_client(&client);
	return OK;
}

static fallible refuse(struct act *act, struct slips_read *read, enum reason reason)
{
	event_decide(&read->draft, ACTION_SLIP_READ, LEAF_DENIED, reason);
	read->refusal = of_reason(reason);
	return storm_refuse(act, read->slip.tenant, &read->draft, NULL);
}

fallible slips_read_write(struct act *act, struct slips_read *read)
{
	struct slip stands;
	enum reason reason;
	struct view view = view_act(act);
	read->refusal = OK;
	TRY(slip_get(&view, read->slip.tenant, read->slip.id, act->arena, &stands));
	TRY(find_refusal(&view, &stands, act->now, &reason));
	if (reason != REASON_NONE)
		return refuse(act, read, reason);
	TRY(slip_end(act, &stands, SLIP_READ));
	TRY(letters_write(act, &read->told));
	return event_add(act, read->slip.tenant, &read->draft.leaf, NULL);
}

fallible slips_open(const struct server *server, const struct slips_read *read, struct buf *text)
{
	const struct slip *slip = &read->slip;
	return keeper_open_short(server->keeper, slip->tenant, slip->day, slip->id, slip->sealed, text);
}

/* ---- when its time is over ---- */

static fallible expire(struct act *act, struct slip *slip)
{
	struct event event = {.action = ACTION_SLIP_EXPIRED,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_SLIP};
	event.ids[LEAF_ID_OBJECT] = slip->id;
	event.ids[LEAF_ID_CLIENT] = slip->client;
	/* The event says nothing personal, so nothing is sealed and no key is asked for. */
	TRY(slip_end(act, slip, SLIP_EXPIRED));
	return event_say(act, slip->tenant, &event);
}

fallible slips_sweep(struct act *act, const struct expiry *expiry)
{
	struct slip slip;
	struct view view = view_act(act);
	scoped(arena) arena = ARENA(ONE_NOUN);
	struct expiry later = *expiry;
	struct err err = slip_get(&view, expiry->tenant, expiry->id, &arena, &slip);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	later.at.ms = slip.ends.ms + SLIP_KEPT_MS;
	if (later.at.ms <= act->now.ms && slip.state != SLIP_WAITING)
		return slip_drop(act, &slip);
	if (slip.state == SLIP_WAITING)
		TRY(expire(act, &slip));
	/* A row whose time was over long ago, since the server stood still, goes at the next round. */
	later.at.ms = later.at.ms > act->now.ms ? later.at.ms : act->now.ms + 1;
	return expiry_put(act, &later);
}
