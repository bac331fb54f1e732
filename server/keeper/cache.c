/* SPDX-License-Identifier: Apache-2.0 */
/* cache - direct-mapped slots in cells of the secret arena. */
#include "server/keeper/cache.h"

#include <pthread.h>
#include <stdlib.h>

enum { CACHE_CELLS = 16, CACHE_CELL_BYTES = 16 * 1024 };

struct pair {
	struct keyring_name name; /* kind 0: empty */
	struct sign_key key;
};

enum { CACHE_PAIRS = CACHE_CELL_BYTES / sizeof(struct pair) };

struct entry {
	struct keyring_name name; /* kind 0: empty */
	uint32_t epoch;
	struct seal_key key;
};

enum { CACHE_ENTRIES_A_CELL = CACHE_CELL_BYTES / sizeof(struct entry) };

struct cache {
	pthread_mutex_t lock;
	uint64_t generation;
	struct secret cells[CACHE_CELLS];
	struct secret pairs;
};

fallible cache_open(struct secret_arena *arena, struct cache **cache)
{
	struct cache *made = calloc(1, sizeof *made);
	struct err err = made ? OK : FAIL(NO_MEMORY, "the key cache cannot be made");
	for (size_t i = 0; i < CACHE_CELLS && !err_failed(err); i++)
		err = secret_take(arena, CACHE_CELL_BYTES, &made->cells[i]);
	if (!err_failed(err))
		err = secret_take(arena, CACHE_CELL_BYTES, &made->pairs);
	if (err_failed(err)) {
		cache_close(made);
		return err;
	}
	pthread_mutex_init(&made->lock, NULL);
	*cache = made;
	return OK;
}

void cache_close(struct cache *cache)
{
	if (!cache)
		return;
	for (size_t i = 0; i < CACHE_CELLS; i++)
		secret_done(&cache->cells[i]);
	secret_done(&cache->pairs);
	free(cache);
}

/* Ids end in random bytes, numbers in small ones; kinds keep a tenant's own keys apart. */
static uint32_t spread_of(const struct keyring_name *name)
{
	uint32_t tenant, id;
	memcpy(&tenant, name->tenant.bytes + 12, sizeof tenant);
	memcpy(&id, name->id.bytes + 12, sizeof id);
	uint32_t spread = (tenant * 2654435761u ^ id) * 2246822519u + (uint32_t)name->kind * 3266489917u;
	return spread ^ spread >> 15;
}

static struct entry *entry_of(struct cache *cache, const struct keyring_name *name)
{
	size_t at = spread_of(name) % (CACHE_CELLS * CACHE_ENTRIES_A_CELL);
	struct entry *cell = (struct entry *)(void *)cache->cells[at / CACHE_ENTRIES_A_CELL].bytes;
	return cell + at % CACHE_ENTRIES_A_CELL;
}

/* A tenant's two keys lie side by side: else those of some tenants would take each other's place all the time. */
static struct pair *pair_of(struct cache *cache, const struct keyring_name *name)
{
	struct keyring_name both = *name;
	both.kind = 0;
	size_t at = spread_of(&both) % (CACHE_PAIRS / 2) * 2 + (name->kind == KEYRING_RECEIPT);
	return (struct pair *)(void *)cache->pairs.bytes + at;
}

static bool same_name(const struct keyring_name *one, const struct keyring_name *other)
{
	return one->kind == other->kind && ids_equal(one->tenant, other->tenant) &&
		ids_equal(one->id, other->id);
}

bool cache_get(struct cache *cache, const struct keyring_name *name, struct seal_key *key, uint32_t *epoch)
{
	pthread_mutex_lock(&cache->lock);
	const struct entry *entry = entry_of(cache, name);
	bool found = same_name(&entry->name, name);
	if (found) {
		*key = entry->key;
		*epoch = entry->epoch;
	}
	pthread_mutex_unlock(&cache->lock);
	return found;
}

uint64_t cache_generation(struct cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	uint64_t generation = cache->generation;
	pthread_mutex_unlock(&cache->lock);
	return generation;
}

void cache_put(struct cache *cache, const struct keyring_name *name, const struct seal_key *key,
	uint32_t epoch, uint64_t generation)
{
	pthread_mutex_lock(&cache->lock);
	if (generation == cache->generation)
		*entry_of(cache, name) = (struct entry){*name, epoch, *key};
	pthread_mutex_unlock(&cache->lock);
}

bool cache_get_pair(struct cache *cache, const struct keyring_name *name, struct sign_key *key)
{
	pthread_mutex_lock(&cache->lock);
	const struct pair *pair = pair_of(cache, name);
	bool found = same_name(&pair->name, name);
	if (found)
		*key = pair->key;
	pthread_mutex_unlock(&cache->lock);
	return found;
}

void cache_put_pair(
	struct cache *cache, const struct keyring_name *name, const struct sign_key *key, uint64_t generation)
{
	pthread_mutex_lock(&cache->lock);
	if (generation == cache->generation)
		*pair_of(cache, name) = (struct pair){*name, *key};
	pthread_mutex_unlock(&cache->lock);
}

void cache_clear(struct cache *cache)
{
	pthread_mutex_lock(&cache->lock);
	cache->generation++;
	for (size_t i = 0; i < CACHE_CELLS; i++)
		secret_wipe(cache->cells[i].bytes, cache->cells[i].len);
	secret_wipe(cache->pairs.bytes, cache->pairs.len);
	pthread_mutex_unlock(&cache->lock);
}
