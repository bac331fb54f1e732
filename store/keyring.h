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

/* keyring_kv - the environment and, in it, the map of the unseal slots: for store/keyring_slots.c alone. */
struct kv *keyring_kv(const struct keyring *keyring, int *slots);

/* keyring_get_mark - Fails: NOT_FOUND. keyring_put_mark - durable on return. */
fallible keyring_get_mark(struct keyring *keyring, struct id tenant, struct keyring_mark *mark);
fallible keyring_put_mark(struct keyring *keyring, struct id tenant, const struct keyring_mark *mark);
