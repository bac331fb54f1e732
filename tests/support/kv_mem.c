/* SPDX-License-Identifier: Apache-2.0 */
/* kv_mem - sorted arrays of shared rows; a transaction holds one version of each map and copies it before the
 * first change. */
#include "tests/support/kv_mem.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { ROW_COST = 32, FIRST_ROWS = 16 };

struct row {
	_Atomic size_t refs;
	size_t key_len;   /* bytes */
	size_t value_len; /* bytes */
	uint8_t bytes[];  /* key, value */
};

/* One version of a map. Who shares it does not change it. */
struct map {
	_Atomic size_t refs;
	size_t count;
	size_t cap;
	uint64_t used; /* bytes */
	struct row **rows;
};

struct view {
	struct map *maps[KV_MAPS_MAX];
};

struct mem {
	struct kv head;
	pthread_mutex_t writing; /* held by the write transaction */
	pthread_mutex_t lock;    /* over committed */
	size_t map_count;
	struct view committed;
};

static struct mem *of(struct kv *kv)
{
	return (struct mem *)kv;
}

/* A test without memory has nothing to say. */
static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static struct span key_of(const struct row *row)
{
	return span_of(row->bytes, row->key_len);
}

static struct span value_of(const struct row *row)
{
	return span_of(row->bytes + row->key_len, row->value_len);
}

static struct row *make_row(struct span key, struct span value)
{
	struct row *row = must(malloc(sizeof *row + key.len + value.len));
	row->refs = 1;
	row->key_len = key.len;
	row->value_len = value.len;
	memcpy(row->bytes, key.at, key.len);
	if (value.len)
		memcpy(row->bytes + key.len, value.at, value.len);
	return row;
}

static struct row *share_row(struct row *row)
{
	row->refs++;
	return row;
}

static void release_row(struct row *row)
{
	if (--row->refs == 0)
		free(row);
}

static uint64_t cost_of(const struct row *row)
{
	return ROW_COST + row->key_len + row->value_len;
}

static struct map *make_map(size_t cap)
{
	struct map *map = must(calloc(1, sizeof *map));
	map->refs = 1;
	map->cap = cap > FIRST_ROWS ? cap : FIRST_ROWS;
	map->rows = must(calloc(map->cap, sizeof *map->rows));
	return map;
}

static void release_map(struct map *map)
{
	if (--map->refs != 0)
		return;
	for (size_t i = 0; i < map->count; i++)
		release_row(map->rows[i]);
	free(map->rows);
	free(map);
}

/* The view's own version of a map, to change. */
static struct map *own(struct view *view, int which)
{
	struct map *shared = view->maps[which];
	if (shared->refs == 1)
		return shared;
	struct map *copy = make_map(shared->count + FIRST_ROWS);
	for (size_t i = 0; i < shared->count; i++)
		copy->rows[i] = share_row(shared->rows[i]);
	copy->count = shared->count;
	copy->used = shared->used;
	release_map(shared);
	view->maps[which] = copy;
	return copy;
}

static void share_view(const struct mem *mem, struct view *to, const struct view *from)
{
	for (size_t i = 0; i < mem->map_count; i++) {
		to->maps[i] = from->maps[i];
		to->maps[i]->refs++;
	}
}

static void release_view(const struct mem *mem, struct view *view)
{
	for (size_t i = 0; i < mem->map_count; i++)
		release_map(view->maps[i]);
}

static uint64_t used_by(const struct mem *mem, const struct view *view)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < mem->map_count; i++)
		sum += view->maps[i]->used;
	return sum;
}

/* The position of the first row whose key is not before (past: not at or before) the one given. */
static size_t lower(const struct map *map, struct span key, bool past)
{
	size_t low = 0, high = map->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = span_compare(key_of(map->rows[middle]), key);
		if (order < 0 || (past && order == 0))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct map *map, size_t i, struct span key)
{
	return i < map->count && span_equal(key_of(map->rows[i]), key);
}

static fallible mem_open(const struct kv_ask *ask, struct kv **kv)
{
	struct mem *mem = must(calloc(1, sizeof *mem));
	mem->map_count = ask->map_count;
	for (size_t i = 0; i < ask->map_count; i++)
		mem->committed.maps[i] = make_map(0);
	pthread_mutex_init(&mem->writing, NULL);
	pthread_mutex_init(&mem->lock, NULL);
	*kv = &mem->head;
	return OK;
}

static void mem_close(struct kv *kv)
{
	struct mem *mem = of(kv);
	release_view(mem, &mem->committed);
	pthread_mutex_destroy(&mem->writing);
	pthread_mutex_destroy(&mem->lock);
	free(mem);
}

static fallible mem_begin(struct kv *kv, bool writes, struct kv_txn *txn)
{
	struct mem *mem = of(kv);
	struct view *view = must(calloc(1, sizeof *view));
	if (writes)
		pthread_mutex_lock(&mem->writing);
	pthread_mutex_lock(&mem->lock);
	share_view(mem, view, &mem->committed);
	pthread_mutex_unlock(&mem->lock);
	txn->handle = view;
	return OK;
}

static void leave(struct kv_txn *txn)
{
	struct mem *mem = of(txn->kv);
	release_view(mem, txn->handle);
	free(txn->handle);
	if (txn->writes)
		pthread_mutex_unlock(&mem->writing);
}

static fallible mem_commit(struct kv_txn *txn)
{
	struct mem *mem = of(txn->kv);
	struct view *from = txn->handle;
	pthread_mutex_lock(&mem->lock);
	if (txn->writes) {
		struct view before = mem->committed;
		mem->committed = *from;
		*from = before;
	}
	pthread_mutex_unlock(&mem->lock);
	leave(txn);
	return OK;
}

static fallible mem_get(struct kv_txn *txn, int map, struct span key, struct span *value)
{
	const struct view *view = txn->handle;
	size_t i = lower(view->maps[map], key, false);
	if (!is_at(view->maps[map], i, key))
		return FAIL(NOT_FOUND, "a key is not in its map");
	*value = value_of(view->maps[map]->rows[i]);
	return OK;
}

static void replace(struct map *map, size_t i, struct row *row)
{
	map->used += cost_of(row) - cost_of(map->rows[i]);
	release_row(map->rows[i]);
	map->rows[i] = row;
}

static void insert(struct map *map, size_t i, struct row *row)
{
	if (map->count == map->cap) {
		map->cap *= 2;
		map->rows = must(realloc(map->rows, map->cap * sizeof(struct row *)));
	}
	memmove(map->rows + i + 1, map->rows + i, (map->count - i) * sizeof(struct row *));
	map->rows[i] = row;
	map->count++;
	map->used += cost_of(row);
}

static fallible mem_put(struct kv_txn *txn, int map, struct span key, struct span value, enum kv_put how)
{
	const struct mem *mem = of(txn->kv);
	struct view *view = txn->handle;
	size_t i = lower(view->maps[map], key, false);
	if (how == KV_APPEND && i < view->maps[map]->count)
		return FAIL(BUG, "a key is appended that is not behind the last one");
	uint64_t limit = mem->head.max_bytes;
	if (how != KV_RESTORE && limit != 0 && used_by(mem, view) + ROW_COST + key.len + value.len > limit)
		return FAIL(FULL, "the environment is at the limit that was set for it");
	/* Made before anything is freed: the caller's spans may point to what goes. */
	struct row *row = make_row(key, value);
	struct map *owned = own(view, map);
	if (is_at(owned, i, key_of(row)))
		replace(owned, i, row);
	else
		insert(owned, i, row);
	return OK;
}

static fallible mem_drop(struct kv_txn *txn, int map, struct span key)
{
	struct view *view = txn->handle;
	size_t i = lower(view->maps[map], key, false);
	if (!is_at(view->maps[map], i, key))
		return FAIL(NOT_FOUND, "a key is not in its map");
	struct map *owned = own(view, map);
	struct row *row = owned->rows[i];
	owned->count--;
	owned->used -= cost_of(row);
	memmove(owned->rows + i, owned->rows + i + 1, (owned->count - i) * sizeof(struct row *));
	release_row(row);
	return OK;
}

static const struct map *map_of(const struct kv_cursor *cursor)
{
	const struct view *view = cursor->txn->handle;
	return view->maps[cursor->map];
}

/* The position of the nearest row in the cursor's direction, at the key too when `at`; the count of rows when
 * there is none. */
static size_t nearest(const struct kv_cursor *cursor, struct span key, bool at)
{
	const struct map *map = map_of(cursor);
	if (!cursor->backward)
		return lower(map, key, !at);
	size_t behind = key.len == 0 ? map->count : lower(map, key, at);
	return behind > 0 ? behind - 1 : map->count;
}

/* The cursor shares its row, which stays whole when it is dropped: so it knows where it was. */
static fallible mem_seek(struct kv_cursor *cursor, struct span from)
{
	const struct map *map = map_of(cursor);
	size_t i = nearest(cursor, from, true);
	if (i < map->count) {
		cursor->handle = share_row(map->rows[i]);
		cursor->primed = true;
	}
	return OK;
}

static bool mem_next(struct kv_cursor *cursor)
{
	const struct map *map = map_of(cursor);
	struct row *was = cursor->handle;
	size_t i = nearest(cursor, key_of(was), cursor->primed);
	cursor->primed = false;
	if (i == map->count)
		return false;
	struct row *row = share_row(map->rows[i]);
	release_row(was);
	cursor->handle = row;
	cursor->key = key_of(row);
	cursor->value = value_of(row);
	return true;
}

static void mem_cursor_close(struct kv_cursor *cursor)
{
	release_row(cursor->handle);
}

static fallible mem_sync(struct kv *kv)
{
	(void)kv;
	return OK;
}

static uint64_t mem_used(struct kv *kv)
{
	struct mem *mem = of(kv);
	pthread_mutex_lock(&mem->lock);
	uint64_t used = used_by(mem, &mem->committed);
	pthread_mutex_unlock(&mem->lock);
	return used;
}

const struct kv_backend kv_mem = {
	.name = "mem",
	.open = mem_open,
	.close = mem_close,
	.begin = mem_begin,
	.commit = mem_commit,
	.abort = leave,
	.get = mem_get,
	.put = mem_put,
	.drop = mem_drop,
	.seek = mem_seek,
	.next = mem_next,
	.cursor_close = mem_cursor_close,
	.sync = mem_sync,
	.used = mem_used,
};
