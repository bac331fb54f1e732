/* SPDX-License-Identifier: Apache-2.0 */
/* imports - what is here, what the file has besides, and part by part the difference. */
#include "server/core/vault/imports.h"

#include "base/json_out.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "server/core/sight.h"
#include "server/core/vault/credential_search.h"
#include "server/core/vault/fields.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"

enum { ROW_MEMORY = 64 * 1024, DETAIL_BYTES = 1024, TABLE_MIN = 64 };

/* One credential that is here, by what it is known by. */
struct place {
	uint8_t origin[CREDENTIAL_ORIGIN];
	struct id credential; /* none = an empty place */
	bool is_met;          /* an item of the file was found to be it */
};

/* The credentials of a client: a table with open addressing, at most half full. */
struct places {
	struct place *rows;
	size_t mask;
};

struct imports_here {
	struct id tenant, client;
	struct id newest; /* credential of the client when it was read */
	struct places places;
	bool is_fresh;
};

struct imports_part {
	struct import_item *next; /* the first one behind the part */
	struct id newest;
	size_t count;
	bool changes[IMPORTS_PART]; /* a new version; else a new credential */
	struct credentials_put puts[IMPORTS_PART];
	struct event_draft event; /* of the last part, which has no puts */
};

/* ---- what things are known by ---- */

/* The id that the other program keeps; a note beside an entry has its entry's. */
static void origin_of_source(const struct import_item *item, uint8_t origin[static CREDENTIAL_ORIGIN])
{
	uint8_t hash[HASH_BLAKE];
	const struct span parts[] = {
		SPAN_LIT("id"), item->is_note ? SPAN_LIT("n") : SPAN_LIT("s"), item->source};
	hash_blake(parts, 3, hash);
	memcpy(origin, hash, CREDENTIAL_ORIGIN);
}

/* The nth of those that look the same. */
static void origin_of_label(
	const struct credential *credential, uint32_t nth, uint8_t origin[static CREDENTIAL_ORIGIN])
{
	uint8_t hash[HASH_BLAKE];
	const struct span texts[] = {
		credential_search_host(credential->url), credential->username, credential->title};
	uint32_t lengths[] = {
		(uint32_t)credential->kind, nth, (uint32_t)texts[0].len, (uint32_t)texts[1].len};
	const struct span parts[] = {
		SPAN_LIT("label"), span_of(lengths, sizeof lengths), texts[0], texts[1], texts[2]};
	hash_blake(parts, 5, hash);
	memcpy(origin, hash, CREDENTIAL_ORIGIN);
}

/* ---- the table ---- */

static fallible make_places(struct arena *arena, size_t count, struct places *places)
{
	size_t size = TABLE_MIN;
	while (size < 2 * count)
		size *= 2;
	places->rows = arena_alloc(arena, size * sizeof *places->rows);
	places->mask = size - 1;
	return places->rows ? OK : FAIL(NO_MEMORY, "an import has used up its memory");
}

/* Where it is, or would be. */
static struct place *find_place(const struct places *places, const uint8_t origin[static CREDENTIAL_ORIGIN])
{
	size_t at;
	memcpy(&at, origin, sizeof at);
	for (at &= places->mask; !ids_is_none(places->rows[at].credential); at = (at + 1) & places->mask)
		if (memcmp(places->rows[at].origin, origin, CREDENTIAL_ORIGIN) == 0)
			break;
	return &places->rows[at];
}

static bool is_there(const struct place *place)
{
	return !ids_is_none(place->credential);
}

static void put_place(
	struct places *places, const uint8_t origin[static CREDENTIAL_ORIGIN], struct id credential)
{
	struct place *place = find_place(places, origin);
	place->credential = credential;
	memcpy(place->origin, origin, CREDENTIAL_ORIGIN);
}

/* By its label: the first number that no other one with the same label has. */
static void put_by_label(struct places *places, const struct credential *credential, struct id id,
	uint8_t origin[static CREDENTIAL_ORIGIN])
{
	uint32_t nth = 0;
	do
		origin_of_label(credential, nth++, origin);
	while (is_there(find_place(places, origin)));
	put_place(places, origin, id);
}

/* ---- before the first part ---- */

static fallible find_client(const struct scene *scene, const struct imports_ask *ask, struct id *client)
{
	struct id id;
	struct sight sight;
	TRY(credentials_sight_to_put(scene->view, scene->caller, scene->arena, &sight));
	struct err err = client_find(scene->view, scene->caller->tenant, ask->client, &id);
	if (err.kind == ERR_NOT_FOUND || (!err_failed(err) && !sight_has_client(&sight, id)))
		return FAIL_CODE(UNKNOWN_CLIENT, "the import's client is nobody here");
	TRY(err);
	*client = id;
	return OK;
}

/* Every item by its source, or else by its label and how many with the same one stand before it. */
static fallible name_items(struct arena *arena, struct import_list *list)
{
	struct places seen;
	TRY(make_places(arena, list->items, &seen));
	for (struct import_item *item = list->first; item; item = item->next) {
		uint8_t *origin = arena_alloc(arena, CREDENTIAL_ORIGIN);
		const struct id something = {.bytes = {1}};
		if (!origin)
			return FAIL(NO_MEMORY, "an import has used up its memory");
		if (item->source.len)
			origin_of_source(item, origin);
		else
			put_by_label(&seen, item->credential, something, origin);
		item->credential->origin = span_of(origin, CREDENTIAL_ORIGIN);
	}
	return OK;
}

static fallible count_here(const struct scene *scene, struct id client, size_t *count)
{
	struct id after = {0};
	struct err err;
	struct credential credential;
	scoped(arena) row = ARENA(ROW_MEMORY);
	for (*count = 0;
		credential_next(scene->view, scene->caller->tenant, client, &after, &row, &credential, &err);
		arena_clear(&row))
		++*count;
	return err;
}

static fallible read_here(const struct scene *scene, struct imports_here *here)
{
	size_t count;
	struct id after = {0};
	struct err err;
	struct credential credential;
	uint8_t origin[CREDENTIAL_ORIGIN];
	scoped(arena) row = ARENA(ROW_MEMORY);
	TRY(count_here(scene, here->client, &count));
	TRY(make_places(scene->arena, count, &here->places));
	for (; credential_next(
		     scene->view, scene->caller->tenant, here->client, &after, &row, &credential, &err);
		arena_clear(&row)) {
		here->newest = after;
		if (credential.origin.len == CREDENTIAL_ORIGIN)
			put_place(&here->places, credential.origin.at, after);
		else
			put_by_label(&here->places, &credential, after, origin);
	}
	return err;
}

static fallible begin(const struct scene *scene, struct imports_ask *ask)
{
	struct imports_here *here = arena_alloc(scene->arena, sizeof *here);
	struct imports_part *part = arena_alloc(scene->arena, sizeof *part);
	if (!here || !part)
		return FAIL(NO_MEMORY, "an import has used up its memory");
	here->tenant = scene->caller->tenant;
	TRY(find_client(scene, ask, &here->client));
	TRY(name_items(scene->arena, &ask->list));
	ask->next = ask->list.first;
	ask->part = part;
	ask->here = here;
	return OK;
}

/* ---- one item ---- */

static struct place *find_here(const struct imports_here *here, const struct import_item *item)
{
	uint8_t origin[CREDENTIAL_ORIGIN];
	struct place *place = find_place(&here->places, item->credential->origin.at);
	if (is_there(place) || item->source.len == 0)
		return is_there(place) ? place : NULL;
	/* One that was typed in by hand, or moved in as a table, has no source. */
	origin_of_label(item->credential, 0, origin);
	place = find_place(&here->places, origin);
	return is_there(place) && !place->is_met ? place : NULL;
}

static fallible open_stored(const struct scene *scene, const struct credential *credential,
	const struct version *current, enum credential_field field, struct secret *plain)
{
	struct version holder = *current;
	uint64_t held_by = version_field(current, field)->held_by;
	if (held_by != current->number)
		TRY(version_get(
			scene->view, current->tenant, current->credential, held_by, scene->arena, &holder));
	return fields_open(scene->server, &holder, credential->client, field, plain);
}

/* Whether all that the file says is what the newest version holds. */
static fallible compare(const struct scene *scene, const struct import_item *item,
	const struct credential *credential, bool *is_same)
{
	struct version current;
	TRY(version_get(scene->view, credential->tenant, credential->id, credential->current, scene->arena,
		&current));
	*is_same = true;
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++) {
		scoped(secret) plain = {0};
		struct span given = item->secret.fields[field];
		if (given.len == 0)
			continue;
		bool has = version_field(&current, (enum credential_field)field) != NULL;
		if (has)
			TRY(open_stored(scene, credential, &current, (enum credential_field)field, &plain));
		*is_same &= has && secret_equal(secret_span(&plain), given);
	}
	return OK;
}

static struct credentials_put *add_put(struct imports_ask *ask, const struct import_item *item, bool changes)
{
	struct imports_part *part = ask->part;
	struct credentials_put *put = &part->puts[part->count];
	*put = (struct credentials_put){.secret = item->secret, .passing = {.in_file = true}};
	part->changes[part->count++] = changes;
	return put;
}

static fallible decide_new(const struct scene *scene, struct imports_ask *ask, struct import_item *item)
{
	item->result = IMPORT_NEW;
	if (ask->is_trial)
		return OK;
	struct credentials_put *put = add_put(ask, item, false);
	put->client = ask->client;
	put->credential = *item->credential;
	if (ask->modes_max)
		put->credential.modes_max = ask->modes_max;
	TRY(credentials_add_prepare(
		scene->server, scene->caller, scene->view, scene->now, scene->arena, put));
	item->id = put->credential.id;
	if (memcmp(item->id.bytes, ask->part->newest.bytes, sizeof item->id.bytes) > 0)
		ask->part->newest = item->id;
	return OK;
}

/* Folders and tags are put in order here, and are not compared. */
static bool is_labelled(const struct credential *given, const struct credential *here)
{
	return span_equal(given->title, here->title) && span_equal(given->username, here->username) &&
		span_equal(credential_search_host(given->url), credential_search_host(here->url));
}

static fallible decide_here(
	const struct scene *scene, struct imports_ask *ask, struct import_item *item, struct place *place)
{
	struct credential credential;
	bool is_same;
	place->is_met = true;
	item->id = place->credential;
	TRY(credential_get(scene->view, scene->caller->tenant, place->credential, scene->arena, &credential));
	item->result = IMPORT_ARCHIVED;
	if (credential.state != CREDENTIAL_ACTIVE)
		return OK;
	if (!is_labelled(item->credential, &credential))
		item->lost |= IMPORT_LOST_LABEL;
	TRY(compare(scene, item, &credential, &is_same));
	item->result = is_same ? IMPORT_SAME : IMPORT_CHANGED;
	if (is_same || !ask->updates)
		return OK;
	item->result = IMPORT_UPDATED;
	if (ask->is_trial)
		return OK;
	struct credentials_put *put = add_put(ask, item, true);
	put->credential = credential;
	return credentials_change_prepare(
		scene->server, scene->caller, scene->view, scene->now, scene->arena, put);
}

static fallible decide(const struct scene *scene, struct imports_ask *ask, struct import_item *item)
{
	if (item->refusal != IMPORT_COMES)
		return OK;
	struct place *place = find_here(ask->here, item);
	return place ? decide_here(scene, ask, item, place) : decide_new(scene, ask, item);
}

/* ---- the event of the whole ---- */

static fallible put_detail(const struct imports_ask *ask, struct arena *arena, struct span *detail)
{
	uint8_t hash[HASH_SHA256];
	scoped(buf) text = BUF(DETAIL_BYTES);
	struct json_out out = JSON_OUT(&text);
	hash_sha256(ask->file, hash);
	json_out_open(&out, NULL);
	json_out_text(&out, "dataset", "credentials");
	json_out_number(&out, "rows", (int64_t)(ask->counts[IMPORT_NEW] + ask->counts[IMPORT_UPDATED]));
	json_out_hex(&out, "file_hash", SPAN_BYTES(hash));
	json_out_span(&out, "format", ask->format);
	for (unsigned result = 0; result < IMPORT_RESULT_COUNT; result++)
		json_out_number(
			&out, import_result_name((enum import_result)result), (int64_t)ask->counts[result]);
	json_out_close(&out);
	return buf_keep(&text, arena, detail);
}

static fallible seal_end(const struct scene *scene, struct imports_ask *ask)
{
	struct event event = scene_event(scene, ACTION_IMPORT_COMPLETED);
	event.ids[LEAF_ID_CLIENT] = ask->here->client;
	TRY(put_detail(ask, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &ask->part->event);
}

static void count(struct imports_ask *ask)
{
	memset(ask->counts, 0, sizeof ask->counts);
	for (const struct import_item *item = ask->list.first; item; item = item->next)
		ask->counts[item->result]++;
}

/* ---- a part ---- */

/* Ids grow with time: those of a part are made greater than every one that is here, so that whoever compared with what was
 * here before sees that it is not any more. */
static struct instant time_of_part(const struct imports_here *here, struct instant now)
{
	struct instant newest = ids_is_none(here->newest) ? (struct instant){0} : ids_time(here->newest);
	return (struct instant){now.ms > newest.ms ? now.ms : newest.ms + 1};
}

static fallible decide_part(const struct scene *scene, struct imports_ask *ask)
{
	struct scene later = *scene;
	struct import_item *item = ask->next;
	later.now = time_of_part(ask->here, scene->now);
	ask->part->count = 0;
	ask->part->newest = ask->here->newest;
	for (; item && ask->part->count < IMPORTS_PART; item = item->next)
		TRY(decide(&later, ask, item));
	ask->part->next = item;
	return OK;
}

fallible imports_prepare(const struct scene *scene, struct imports_ask *ask)
{
	if (!ask->here)
		TRY(begin(scene, ask));
	if (!ask->here->is_fresh)
		TRY(read_here(scene, ask->here));
	ask->kept = arena_mark(scene->arena);
	ask->here->is_fresh = false; /* until the part stands */
	TRY(decide_part(scene, ask));
	ask->is_whole = !ask->part->next && ask->part->count == 0;
	if (!ask->is_whole)
		return OK;
	count(ask);
	return ask->is_trial ? OK : seal_end(scene, ask);
}

fallible imports_write(struct act *act, struct imports_ask *ask)
{
	struct view view = view_act(act);
	struct imports_part *part = ask->part;
	struct id tenant = ask->here->tenant, after = ask->here->newest;
	struct credential other;
	struct err err;
	if (credential_next(&view, tenant, ask->here->client, &after, act->arena, &other, &err))
		return FAIL_CODE(STALE, "the client has another credential than those that were compared");
	TRY(err);
	for (size_t i = 0; i < part->count; i++)
		TRY(part->changes[i] ? credentials_change_write(act, &part->puts[i])
				     : credentials_add_write(act, &part->puts[i]));
	return ask->is_whole ? event_add(act, tenant, &part->event.leaf, NULL) : OK;
}

void imports_stands(struct imports_ask *ask)
{
	ask->next = ask->part->next;
	ask->here->newest = ask->part->newest;
	ask->here->is_fresh = true;
}
