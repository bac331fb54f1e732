/* SPDX-License-Identifier: Apache-2.0 */
/* cache - unwrapped keys in locked memory, a fixed number of them; a newer one takes an older one's place. */
#pragma once

#include "base/err.h"
#include "crypto/seal.h"
#include "crypto/secret.h"
#include "crypto/sign.h"
#include "store/keyring.h"

struct cache; /* opaque; thread-safe */

/* cache_open - Fails: NO_MEMORY the arena is too small. */
fallible cache_open(struct secret_arena *arena, struct cache **cache);
void cache_close(struct cache *cache); /* takes NULL */

/* cache_get - the key of a name and the epoch of its wrap; false when it is not there. The caller wipes the key. */
bool cache_get(struct cache *cache, const struct keyring_name *name, struct seal_key *key, uint32_t *epoch);

/* cache_generation - read it before unwrapping; cache_put drops what was unwrapped before the last
 * cache_clear, so that a key destroyed meanwhile does not come back. */
uint64_t cache_generation(struct cache *cache);
void cache_put(struct cache *cache, const struct keyring_name *name, const struct seal_key *key,
	uint32_t epoch, uint64_t generation);

/* cache_get_pair, cache_put_pair - the same for signing keys: to compute the public half costs as much as to
 * sign. Both halves are one entry, because a signature by one with the other's public half would give the key
 * away. */
bool cache_get_pair(struct cache *cache, const struct keyring_name *name, struct sign_key *key);
void cache_put_pair(struct cache *cache, const struct keyring_name *name, const struct sign_key *key,
	uint64_t generation);

/* cache_clear - forget all, wiped: a key is about to be destroyed. */
void cache_clear(struct cache *cache);
