/* SPDX-License-Identifier: Apache-2.0 */
/* agent_cache - sets of a few places each: a hash names the set, and the places of a set age. */
#include "server/core/agent_cache.h"

#include "crypto/hash.h"

#include <pthread.h>
#include <stdlib.h>

struct place {
	uint8_t name[HASH_BLAKE]; /* of the user agent; a strange one cannot pass for another's */
	uint64_t asked;           /* when, in questions; 0 = empty */
	struct agent agent;
};

struct agent_cache {
	pthread_mutex_t lock;
	uint64_t questions;
	struct place places[AGENT_CACHE_SETS][AGENT_CACHE_WAYS];
};

fallible agent_cache_open(struct agent_cache **cache)
{
	struct agent_cache *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for what user agents are");
	pthread_mutex_init(&made->lock, NULL);
	*cache = made;
	return OK;
}

void agent_cache_close(struct agent_cache *cache)
{
	if (!cache)
		return;
	pthread_mutex_destroy(&cache->lock);
	free(cache);
}

static struct place *set_of(struct agent_cache *cache, const uint8_t name[static HASH_BLAKE])
{
	return cache->places[(name[0] << 8 | name[1]) % AGENT_CACHE_SETS];
}

bool agent_cache_get(struct agent_cache *cache, struct span user_agent, struct agent *agent)
{
	bool found = false;
	uint8_t name[HASH_BLAKE];
	hash_blake(&user_agent, 1, name);
	pthread_mutex_lock(&cache->lock);
	struct place *set = set_of(cache, name);
	for (size_t i = 0; i < AGENT_CACHE_WAYS && !found; i++) {
		found = set[i].asked && memcmp(set[i].name, name, sizeof name) == 0;
		if (found) {
			set[i].asked = ++cache->questions;
			*agent = set[i].agent;
		}
	}
	pthread_mutex_unlock(&cache->lock);
	return found;
}

void agent_cache_put(struct agent_cache *cache, struct span user_agent, const struct agent *agent)
{
	uint8_t name[HASH_BLAKE];
	hash_blake(&user_agent, 1, name);
	pthread_mutex_lock(&cache->lock);
	struct place *set = set_of(cache, name), *oldest = set;
	for (size_t i = 0; i < AGENT_CACHE_WAYS; i++) {
		bool same = set[i].asked && memcmp(set[i].name, name, sizeof name) == 0;
		if (same || set[i].asked < oldest->asked)
			oldest = &set[i];
		if (same)
			break;
	}
	*oldest = (struct place){.asked = ++cache->questions, .agent = *agent};
	memcpy(oldest->name, name, sizeof name);
	pthread_mutex_unlock(&cache->lock);
}
