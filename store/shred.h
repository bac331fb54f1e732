/* SPDX-License-Identifier: Apache-2.0 */
/* shred - the file keyring/shred: one key a bucket of wrapped keys, outside the database, so that turning one
 * darkens free pages and old copies of what lay under it.
 *
 * A turn has three steps, and a crash between any two leaves a file that a later start finishes from: shred_turn
 * writes the new key beside the old one; the keyring wraps the bucket's rows anew; shred_settle writes the file
 * without the old one. The keyring's own; it holds the lock. Source: FOUNDATIONS 19, docs/formats.md "shred
 * file". */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "crypto/seal.h"

enum { SHRED_PATH = 4096, SHRED_FILE_MAX = 64 * 1024 * 1024 };

struct shred {
	char folder[SHRED_PATH - 16];
	char path[SHRED_PATH];
	struct buf buckets; /* struct shred_bucket of shred.c */
};

/* shred_init - name the file FOLDER/shred; nothing is read. Fails: INPUT the path is too long. */
fallible shred_init(struct shred *shred, const char *folder);
void shred_done(struct shred *shred); /* wipes; takes a zeroed one */

/* shred_exists - whether the file is there. */
bool shred_exists(const struct shred *shred);

/* shred_load - Fails: NOT_FOUND · CORRUPT · IO · NO_MEMORY. shred_save - written aside, synced, renamed; the
 * bytes of the one before are overwritten. Fails: FULL · IO: the one before stands. */
fallible shred_load(struct shred *shred);
fallible shred_save(const struct shred *shred);

/* shred_count - buckets. shred_grow - one more, with a fresh key, durable. Fails as shred_save: there is none
 * more. */
size_t shred_count(const struct shred *shred);
fallible shred_grow(struct shred *shred);

/* shred_generation - how often a bucket's key was turned. */
uint32_t shred_generation(const struct shred *shred, uint32_t bucket);

/* shred_key - the key of a bucket as of one generation: the newest, or while it turns the one before.
 * Fails: CORRUPT there is no such bucket, or that key was destroyed. */
fallible shred_key(const struct shred *shred, uint32_t bucket, uint32_t generation, struct seal_key *key);

/* shred_is_turning - whether any bucket still has an old key beside the new one. shred_must_rewrap - whether a
 * row of that bucket and generation has to be wrapped anew before shred_settle. */
bool shred_is_turning(const struct shred *shred);
bool shred_must_rewrap(const struct shred *shred, uint32_t bucket, uint32_t generation);

/* shred_turn - draw new keys for the buckets whose mark is set, durably beside the old ones.
 *
 *   marks  one byte a bucket, shred_count of them; 0 = stays
 * Fails: BUG a turn is under way · FULL · IO: nothing was turned. */
fallible shred_turn(struct shred *shred, struct span marks);

/* shred_settle - every row lies under a new key: destroy the old ones, durably. Fails: FULL · IO: they are
 * still there. */
fallible shred_settle(struct shred *shred);
