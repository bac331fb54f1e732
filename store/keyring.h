/* SPDX-License-Identifier: Apache-2.0 */
/* keyring - wrapped keys on disk, in an environment of their own, so that destroying one reaches old backups.
 *
 * Every wrap lies once more under a shred key from the file keyring/shred, outside the database: keys are in
 * buckets of KEYRING_BUCKET, each bucket with a shred key of its own, so that a turned shred key darkens free
 * pages and old copies. This module knows no plaintext key. Source: FOUNDATIONS 19 and 20, docs/formats.md
 * "keyring". */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/ids.h"
#include "crypto/hash.h"
#include "crypto/seal.h"
#include "store/kv.h"

enum { KEYRING_BUCKET = 1024, KEYRING_MAC = 16 };

/* Stored numbers: never renumber. */
enum keyring_kind {
	KEYRING_TENANT = 1, /* under the root key */
	KEYRING_SEED = 2,   /* a tenant's TOTP seeds; under the seed root, a branch of its own */
	KEYRING_CLIENT = 3, /* under the tenant key, as all below */
	KEYRING_PERSON = 4,
	KEYRING_INDEX = 5,      /* look-ups */
	KEYRING_LOG = 6,        /* one a month: the id holds the month */
	KEYRING_CHECKPOINT = 7, /* Ed25519 seed */
	KEYRING_RECEIPT = 8,    /* Ed25519 seed */
	KEYRING_SHORT = 9,      /* one a day: the id holds the day */
	KEYRING_SEARCH = 10,    /* search tokens; another one after an erasure */
	/* What rotations make (server/keeper/key_rotation.h). */
	KEYRING_TENANT_BEFORE = 11, /* under the root key: a tenant key that goes */
	KEYRING_ROWS = 12,          /* state rows of the tenant itself, once its first key has gone */
	KEYRING_VAULT = 13,         /* wraps a client's data keys in the place of its own key */
	KEYRING_VAULT_BEFORE = 14,  /* one that goes */
	KEYRING_SERVER = 15,        /* of no tenant, under the root key; the id says which */
	KEYRING_KIND_END,           /* none: behind the last one */
};

struct keyring_name {
	enum keyring_kind kind;
	struct id tenant;
	struct id id; /* of the person or client; none for the tenant's own */
};

struct keyring_row {
	struct keyring_name name;
	uint32_t epoch;
	uint8_t wrapped[SEAL_WRAPPED];
};

/* What was signed last for a tenant: a start that finds less, or something else, signs nothing. */
struct keyring_mark {
	uint64_t size;
	uint8_t root[HASH_SHA256];
	struct instant time;
	uint8_t mac[KEYRING_MAC]; /* the keeper's, over tenant, size, root and time */
};

struct keyring; /* opaque; thread-safe */

/* keyring_open - DIRECTORY/keyring. Fails: NOT_FOUND none there and not create · CONFLICT create over one ·
 * CORRUPT · IO. */
fallible keyring_open(
	const struct kv_backend *backend, const char *directory, bool create, struct keyring **keyring);
void keyring_close(struct keyring *keyring); /* takes NULL */

/* keyring_get - Fails: NOT_FOUND the key was never made, or destroyed · FORGED · IO. */
fallible keyring_get(struct keyring *keyring, const struct keyring_name *name, struct keyring_row *row);

/* keyring_put - add or replace rows in one durable commit. Fails: FULL · IO. */
fallible keyring_put(struct keyring *keyring, const struct keyring_row *rows, size_t count);

/* keyring_drop - destroy a wrap, durably; NOT_FOUND is success. Turning the shred key is another step. */
fallible keyring_drop(struct keyring *keyring, const struct keyring_name *name);

/* keyring_destroy - destroy wraps for good: the shred keys of their buckets turn, all others of those buckets are
 * wrapped anew, and only then the old shred keys go. Free pages and older copies of the database open nothing of
 * those buckets with the shred file that is there afterwards. Names that are gone already are nothing to do.
 * Fails: FULL · IO · CORRUPT: call it again, or keyring_settle. Cost: one walk over all keys, and two commits and
 * a sync for each 256 keys of the bucket; readers wait for one such step at most. */
fallible keyring_destroy(struct keyring *keyring, const struct keyring_name *names, size_t count);

/* keyring_turn - the shred keys of all buckets turn: every older copy of the database goes dark. Fails likewise.
 */
fallible keyring_turn(struct keyring *keyring);

/* keyring_turned - when that was last noted with keyring_set_turned; ms 0 = never. */
fallible keyring_turned(struct keyring *keyring, struct instant *at);
fallible keyring_set_turned(struct keyring *keyring, struct instant at);

/* keyring_drop_days - destroy the wraps of all keys of a day before `oldest`, days since 1970; they go dark in older
 * copies with the next keyring_turn. */
fallible keyring_drop_days(struct keyring *keyring, uint32_t oldest);

/* keyring_settle - finish a turn that a crash or a failure interrupted; OK when there is none. */
fallible keyring_settle(struct keyring *keyring);

/* keyring_note - a small record of the keeper's by its name; appended to note. Fails: NOT_FOUND · IO. */
fallible keyring_note(struct keyring *keyring, const char *name, struct buf *note);

/* keyring_count - how many keys of a kind a tenant has; none = all tenants. Cost: one walk over them. */
fallible keyring_count(struct keyring *keyring, enum keyring_kind kind, struct id tenant, uint64_t *count);

/* Several changes in one durable commit: all of them stand after a crash, or none. Nobody else reads or puts a key as
 * long as it is open. */
struct keyring_batch {
	struct keyring *keyring; /* NULL = none */
	struct kv_txn txn;
	uint64_t made;
};

/* keyring_batch_open - Fails: IO · NO_MEMORY. Owns: scoped(keyring_batch), which drops what was not committed.
 * keyring_batch_commit - durable on return. Fails: FULL · IO: nothing of it stands. */
fallible keyring_batch_open(struct keyring *keyring, struct keyring_batch *batch);
fallible keyring_batch_commit(struct keyring_batch *batch);
void keyring_batch_done(struct keyring_batch *batch);

/* keyring_batch_get, keyring_batch_put - as keyring_get and keyring_put; a key that is there stays in its bucket.
 * keyring_batch_put_note, keyring_batch_drop_note - Fails: FULL · IO; one that is gone is nothing to drop. */
fallible keyring_batch_get(
	struct keyring_batch *batch, const struct keyring_name *name, struct keyring_row *row);
fallible keyring_batch_put(struct keyring_batch *batch, const struct keyring_row *row);
fallible keyring_batch_put_note(struct keyring_batch *batch, const char *name, struct span note);
fallible keyring_batch_drop_note(struct keyring_batch *batch, const char *name);

/* A walk over the keys of a kind, in the order of tenant and id. */
struct keyring_walk {
	enum keyring_kind kind;
	struct id tenant; /* none = all */
	bool begun;
	struct keyring_name last;
};

/* keyring_batch_next - the key behind the last one. Fails: NOT_FOUND at the end · FORGED · CORRUPT: walk->last names the one
 * that does not open, and the next call goes on behind it · IO. */
fallible keyring_batch_next(struct keyring_batch *batch, struct keyring_walk *walk, struct keyring_row *row);

/* keyring_kv - the environment and, in it, the map of the unseal slots: for store/keyring_slots.c alone. */
struct kv *keyring_kv(const struct keyring *keyring, int *slots);

/* keyring_get_mark - Fails: NOT_FOUND. keyring_put_mark - durable on return. */
fallible keyring_get_mark(struct keyring *keyring, struct id tenant, struct keyring_mark *mark);
fallible keyring_put_mark(struct keyring *keyring, struct id tenant, const struct keyring_mark *mark);
