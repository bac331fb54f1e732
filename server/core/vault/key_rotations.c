/* SPDX-License-Identifier: Apache-2.0 */
/* key_rotations - what is asked for, the steps, the events. */
#include "server/core/vault/key_rotations.h"

#include "base/reader.h"
#include "server/core/change_news.h"
#include "server/core/detail.h"
#include "server/core/vault/rewraps.h"
#include "store/event.h"
#include "store/nouns/event_add.h"
#include "store/nouns/noun.h"

#include <stdio.h>

enum {
	TOLD_MEMORY = 64 * 1024,
	NUMBER_TEXT = 24,
	MARK_BYTES = 32,
	SAVE_EVERY = 8 *
		REWRAPS_AT_ONCE, /* versions that a crash may have looked at twice: they are done already */
};

/* ---- what is asked for ---- */

/* The tenant behind the last one, in the order of ids. Fails: NOT_FOUND. */
static fallible next_tenant(struct reading *reading, struct id *tenant)
{
	scoped(kv_cursor) rows = {0};
	TRY(kv_seek(&reading->txn, TABLE_TENANT, id_span(tenant), &rows));
	while (kv_next(&rows) && rows.key.len == sizeof tenant->bytes) {
		if (span_equal(rows.key, id_span(tenant)))
			continue;
		memcpy(tenant->bytes, rows.key.at, sizeof tenant->bytes);
		return OK;
	}
	TRY(rows.err);
	return FAIL(NOT_FOUND, "there are no more tenants");
}

/* Ids are drawn, so no other tenant has one of the same id. */
static fallible find_client(const struct server *server, struct id client, struct id *tenant)
{
	scoped(reading) reading = {0};
	struct id at = {.bytes = {0}};
	struct row row;
	TRY(reading_open(&server->volume, &reading));
	struct err err;
	while (!err_failed(err = next_tenant(&reading, &at))) {
		struct noun_key key = noun_key(at, id_span(&client), SPAN_NONE);
		err = reading_get(&reading, TABLE_CLIENT, noun_key_span(&key), &row);
		if (err.kind == ERR_NOT_FOUND)
			continue;
		TRY(err);
		*tenant = at;
		return OK;
	}
	return err.kind == ERR_NOT_FOUND ? FAIL(NOT_FOUND, "there is no client of this id") : err;
}

static fallible check_tenant(const struct server *server, struct id tenant)
{
	scoped(reading) reading = {0};
	struct row row;
	TRY(reading_open(&server->volume, &reading));
	struct err err = reading_get(&reading, TABLE_TENANT, id_span(&tenant), &row);
	return err.kind == ERR_NOT_FOUND ? FAIL(NOT_FOUND, "there is no tenant of this id") : err;
}

static fallible find_named(const struct server *server, struct span text, struct key_rotations_ask *ask)
{
	if (span_is(text, "root")) {
		ask->what = KEY_ROTATION_ROOT;
		return OK;
	}
	if (!err_failed(ids_parse(ID_TENANT, text, &ask->tenant))) {
		ask->what = KEY_ROTATION_TENANT;
		return check_tenant(server, ask->tenant);
	}
	ask->what = KEY_ROTATION_CLIENT;
	if (err_failed(ids_parse(ID_CLIENT, text, &ask->client)))
		return FAIL(INPUT, "--rotate takes root, the id of a tenant, or the id of a client");
	return find_client(server, ask->client, &ask->tenant);
}

fallible key_rotations_parse(
	const struct server *server, struct span text, bool deep, struct key_rotations_ask *ask)
{
	struct key_rotations_ask found = {.deep = deep};
	TRY(find_named(server, text, &found));
	if (deep && found.what != KEY_ROTATION_CLIENT)
		return FAIL(INPUT, "--deep is for the secrets of one client");
	*ask = found;
	return OK;
}

/* ---- beginning ---- */

static fallible do_nothing(struct act *act, void *context)
{
	(void)act, (void)context;
	return OK;
}

/* Acts that compared the epoch before it changed are committed when this one is: no later step overlooks what they
 * wrote. */
static fallible wait_for_acts(const struct server *server)
{
	return committer_run(
		server->committer, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = do_nothing});
}

fallible key_rotations_begin(
	const struct server *server, const struct key_rotations_ask *ask, struct key_rotation *rotation)
{
	struct key_rotation begun = {.what = ask->what,
		.deep = ask->deep,
		.tenant = ask->tenant,
		.client = ask->client,
		.begun = volume_now(&server->volume)};
	if (server->volume.read_only)
		return FAIL(BUSY, "the store takes no writes");
	if (ask->what == KEY_ROTATION_CLIENT)
		TRY(rewraps_count(server, ask->tenant, ask->client, &begun.all));
	TRY(keeper_rotation_begin(server->keeper, &begun));
	TRY(wait_for_acts(server));
	*rotation = begun;
	return OK;
}

fallible key_rotations_find(const struct server *server, struct key_rotation *rotation)
{
	return keeper_rotation_find(server->keeper, rotation);
}

/* ---- telling ---- */

/* The next tenant that has to be told. */
struct telling {
	const struct key_rotation *rotation;
	struct id tenant;
	struct event_draft draft;
	struct letters letters; /* to the owners */
};

static struct span number_span(uint64_t number, char text[static NUMBER_TEXT])
{
	int len = snprintf(text, NUMBER_TEXT, "%llu", (unsigned long long)number);
	return span_of(text, (size_t)len);
}

static void print_key(const struct key_rotation *rotation, char key[static ID_TEXT + 1])
{
	snprintf(key, ID_TEXT + 1, "root");
	if (rotation->what == KEY_ROTATION_TENANT)
		ids_print(ID_TENANT, rotation->tenant, key);
	if (rotation->what == KEY_ROTATION_CLIENT)
		ids_print(ID_CLIENT, rotation->client, key);
}

static fallible put_detail(const struct key_rotation *rotation, struct arena *arena, struct span *detail)
{
	char key[ID_TEXT + 1], records[NUMBER_TEXT], left[NUMBER_TEXT];
	print_key(rotation, key);
	const struct detail_field fields[] = {{"key_id", span_text(key), DETAIL_TEXT},
		{"records", number_span(rotation->done, records), DETAIL_NUMBER},
		{"depth", rotation->deep ? SPAN_LIT("secrets") : SPAN_LIT("wraps"), DETAIL_TEXT},
		{"left", number_span(rotation->left, left), DETAIL_NUMBER}};
	return detail_print(fields, rotation->left ? 4 : 3, arena, detail);
}

static fallible seal_event(const struct server *server, struct arena *arena, struct telling *telling)
{
	const struct key_rotation *rotation = telling->rotation;
	struct event event = {.action = ACTION_KEY_ROTATED, .source = LEAF_SERVER, .actor = LEAF_SYSTEM};
	const struct keys *keys = server->volume.keys;
	struct instant now = volume_now(&server->volume);
	if (rotation->what == KEY_ROTATION_CLIENT) {
		event.has_object_kind = true;
		event.object_kind = ID_CLIENT;
		event.ids[LEAF_ID_OBJECT] = event.ids[LEAF_ID_CLIENT] = rotation->client;
	}
	TRY(put_detail(rotation, arena, &event.texts[LEAF_TEXT_DETAIL]));
	struct err err = event_seal(keys, telling->tenant, &event, now, arena, &telling->draft);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	/* The client was erased meanwhile: it is said under the tenant's key. */
	event.ids[LEAF_ID_CLIENT] = (struct id){.bytes = {0}};
	return event_seal(keys, telling->tenant, &event, now, arena, &telling->draft);
}

static fallible seal_letters(const struct server *server, struct arena *arena, struct telling *telling)
{
	char key[ID_TEXT + 1];
	scoped(reading) reading = {0};
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	const struct letters_desk desk = {server, &view, telling->tenant, arena};
	print_key(telling->rotation, key);
	const struct change_news news = {
		.action = ACTION_KEY_ROTATED, .label = span_text(key), .now = volume_now(&server->volume)};
	return change_news_add_owners(&desk, &news, 0, (struct id){0}, &telling->letters);
}

/* Which rotation was told last, and which tenant heard of it last: in data/, so that it stands with the event. */
static void put_mark(const struct key_rotation *rotation, struct id tenant, uint8_t mark[static MARK_BYTES])
{
	memcpy(mark, rotation->id.bytes, sizeof rotation->id.bytes);
	memcpy(mark + sizeof rotation->id.bytes, tenant.bytes, sizeof tenant.bytes);
}

static fallible write_told(struct act *act, void *context)
{
	struct telling *telling = context;
	uint8_t mark[MARK_BYTES];
	put_mark(telling->rotation, telling->tenant, mark);
	TRY(act_put(act, TABLE_META, SPAN_LIT("rotation"), SPAN_BYTES(mark)));
	TRY(letters_write(act, &telling->letters));
	return event_add(act, telling->tenant, &telling->draft.leaf, NULL);
}

static fallible find_told(struct reading *reading, const struct key_rotation *rotation, struct id *tenant)
{
	struct row row;
	struct err err = reading_get(reading, TABLE_META, SPAN_LIT("rotation"), &row);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	struct reader reader = READER(row.payload);
	struct id told = noun_take_id(&reader), last = noun_take_id(&reader);
	if (ids_equal(told, rotation->id))
		*tenant = last;
	return reader_check(&reader);
}

/* Fails: NOT_FOUND all have heard. */
static fallible find_next(const struct server *server, struct telling *telling)
{
	const struct key_rotation *rotation = telling->rotation;
	scoped(reading) reading = {0};
	struct id told = {.bytes = {0}};
	TRY(reading_open(&server->volume, &reading));
	TRY(find_told(&reading, rotation, &told));
	if (rotation->what == KEY_ROTATION_ROOT) {
		telling->tenant = told;
		return next_tenant(&reading, &telling->tenant);
	}
	telling->tenant = rotation->tenant;
	return ids_equal(told, rotation->tenant) ? FAIL(NOT_FOUND, "the tenant has heard") : OK;
}

static fallible tell_next(const struct server *server, const struct key_rotation *rotation)
{
	scoped(arena) arena = ARENA(TOLD_MEMORY);
	struct telling telling = {.rotation = rotation};
	TRY(find_next(server, &telling));
	TRY(seal_event(server, &arena, &telling));
	TRY(seal_letters(server, &arena, &telling));
	return committer_run(server->committer,
		(struct act_job){.kind = ACT_EVENT, .run = write_told, .context = &telling});
}

/* ---- steps ---- */

static fallible wrap_some(const struct server *server, struct key_rotation *rotation)
{
	bool over = false;
	if (rotation->what == KEY_ROTATION_TENANT)
		return keeper_rotation_rewrap(server->keeper, rotation);
	struct key_rotation next = *rotation;
	uint64_t before = rotation->done + rotation->left;
	TRY(rewraps_step(server, &next, &over));
	if (over)
		next.stage = KEY_ROTATION_RETIRING;
	if (over || (next.done + next.left) / SAVE_EVERY != before / SAVE_EVERY)
		TRY(keeper_rotation_save(server->keeper, &next));
	*rotation = next;
	return OK;
}

fallible key_rotations_step(const struct server *server, struct key_rotation *rotation, bool *over)
{
	*over = false;
	if (rotation->stage == KEY_ROTATION_WRAPPING)
		return wrap_some(server, rotation);
	if (rotation->stage == KEY_ROTATION_RETIRING)
		return keeper_rotation_retire(server->keeper, rotation);
	struct err err = tell_next(server, rotation);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	TRY(keeper_rotation_end(server->keeper));
	*over = true;
	return OK;
}
