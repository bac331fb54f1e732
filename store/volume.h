/* SPDX-License-Identifier: Apache-2.0 */
/* volume - what one server process owns: data/, index/ and keyring/ under one directory, one global sequence,
 * one lock file.
 *
 * store/index/mount.h opens it; a clean stop folds what is left. Source: DESIGN section 5, FOUNDATIONS 9 to 11,
 * docs/formats.md. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/steady.h"
#include "store/head.h"
#include "store/keys.h"
#include "store/kv.h"
#include "store/log.h"
#include "store/tables.h"
#include "store/tail.h"
#include "store/verified_rows.h"

struct volume {
	const char *directory;
	const struct kv_backend *backend; /* of data and of what stands behind index */
	struct kv *data;
	struct kv *index; /* another one may take its place (store/kv_swap.h) */
	const struct keys *keys;
	struct tail *tail;              /* rows not folded yet, and where each tenant's log stands */
	struct verified_rows *verified; /* NULL: each row read is hashed */
	struct head head;               /* as of the last commit; the committer's own */
	uint64_t data_max_bytes;
	size_t fold_rows;     /* a fold takes this many rows, and is due when they wait */
	struct steady *clock; /* NULL: the machine's own, as it goes */
	bool read_only; /* opened so, or the log contradicts a checkpoint: nothing is written or signed */
};

/* Whom a background thread tells of a failure; it may be called on that thread. */
struct alarm {
	void *context;
	void (*tell)(void *context, struct err err);
};

/* volume_now - the time by which everything begins and ends. volume_wall - what the machine's clock said at such a time: by it
 * a phone's codes are computed, which knows nothing of ours. */
static inline struct instant volume_now(const struct volume *volume)
{
	return volume->clock ? steady_now(volume->clock) : clock_now();
}

static inline struct instant volume_wall(const struct volume *volume, struct instant now)
{
	return (struct instant){now.ms - (volume->clock ? steady_behind_ms(volume->clock) : 0)};
}

/* volume_lock - own a directory: the file `lock` with our pid. The directory is made (0700) when it is
 * missing. Fails: LOCKED_DIRECTORY another process has it · IO. Owns: volume_unlock; the kernel drops the
 * lock with the process. */
fallible volume_lock(const char *directory, int *lock);
void volume_unlock(int lock);

/* volume_close - whatever mount_open opened; takes a zeroed volume. */
void volume_close(struct volume *volume);

/* A snapshot of data/ for one request; short. */
struct reading {
	const struct volume *volume;
	struct kv_txn txn;
};

/* reading_open - Fails as kv_read. Owns: scoped(reading). */
fallible reading_open(const struct volume *volume, struct reading *reading);
void reading_done(struct reading *reading);

/* A state row as it is stored: for protected tables without its envelope. */
struct row {
	struct span payload; /* borrowed from the transaction */
	uint64_t version;    /* 1 for the first; 0 in plain tables */
	uint64_t sequence;   /* of the event of the act that wrote it */
};

/* volume_get - one row inside a transaction; the MAC of a protected one is checked.
 * Fails: NOT_FOUND · FORGED the row was changed by hand · CORRUPT · IO. */
fallible volume_get(
	const struct volume *volume, struct kv_txn *txn, enum table table, struct span key, struct row *row);

/* volume_check_row - the same for a value that a cursor gave. */
fallible volume_check_row(
	const struct volume *volume, enum table table, struct span key, struct span value, struct row *row);

/* reading_get - volume_get inside a reading. */
fallible reading_get(struct reading *reading, enum table table, struct span key, struct row *row);

/* volume_put_row - the envelope of a protected row, for act.c and its tests; value grows by it. */
void volume_put_row(
	const struct keys *keys, enum table table, struct span key, const struct row *row, struct buf *value);

/* volume_row_term - the row's term in the head's sum. */
void volume_row_term(const struct keys *keys, enum table table, struct span key, struct span value,
	uint8_t term[static HASH_WIDE]);
