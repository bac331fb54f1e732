/* SPDX-License-Identifier: Apache-2.0 */
/* volume - what one server process owns: data/, index/ and keyring/ under one directory, one global sequence,
 * one lock file.
 *
 * Start reads the head row, rebuilds the tail from the fold's mark, and compares with the checkpoints that
 * were signed; stop folds. Source: DESIGN section 5, FOUNDATIONS 9 to 11, docs/formats.md. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "store/head.h"
#include "store/keys.h"
#include "store/kv.h"
#include "store/log.h"
#include "store/tables.h"
#include "store/tail.h"

struct volume {
	struct kv *data;
	struct kv *index;
	const struct keys *keys;
	struct tail *tail; /* rows not folded yet, and where each tenant's log stands */
	struct head head;  /* as of the last commit; the committer's own */
	uint64_t data_max_bytes;
	size_t fold_rows; /* a fold takes this many rows, and is due when they wait */
	bool read_only;	  /* opened so, or the log contradicts a checkpoint: nothing is written or signed */
};

/* Whom a background thread tells of a failure; it may be called on that thread. */
struct alarm {
	void *context;
	void (*tell)(void *context, struct err err);
};

struct volume_ask {
	const char *directory;
	const struct kv_backend *backend;
	const struct keys *keys; /* outlives the volume */
	uint64_t max_bytes;	 /* of data/; 0 = none */
	size_t fold_rows;	 /* 0 = TAIL_FOLD_AT */
	bool create;		 /* make a new one; the directory must not hold one */
	bool read_only;		 /* for verify: a store at rest or a copy */
};

/* volume_lock - own a directory: the file `lock` with our pid. The directory is made (0700) when it is
 * missing. Fails: LOCKED_DIRECTORY another process has it · IO. Owns: volume_unlock; the kernel drops the
 * lock with the process. */
fallible volume_lock(const char *directory, int *lock);
void volume_unlock(int lock);

/* volume_open - open the environments and rebuild what lives in memory. An index that is damaged, or was not
 * made from this log, is thrown away and made anew. Opened read_only, there is neither index nor tail. Fails:
 * NOT_FOUND no store there · CONFLICT create over an existing one · CORRUPT also when the last row of the log
 * is not the head's, or the chain breaks behind the last fold · FORGED the head's MAC · IO. Cost: O(rows
 * since the last fold). Owns: volume_close; takes a zeroed volume. */
fallible volume_open(const struct volume_ask *ask, struct volume *volume);
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

/* volume_read_frontier - where a tenant's tree stood at its last fold, from index/; the empty tree when it
 * never was. volume_put_frontier - its bytes. */
fallible volume_read_frontier(struct kv_txn *txn, struct id tenant, struct merkle_frontier *frontier);
void volume_put_frontier(const struct merkle_frontier *frontier, struct buf *out);
