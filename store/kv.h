/* SPDX-License-Identifier: Apache-2.0 */
/* kv - the waist of the store: a few ordered, transactional maps. Backends: kv_lmdb (the embedded default),
 * kv_mem (tests).
 *
 * Keys are 1 to KV_KEY_MAX bytes in memcmp order; values are bytes. One writer at a time; readers see the
 * last commit before they began and block nobody. Spans handed out point into the database and die with the
 * transaction, and inside a write transaction with the next write. No backend's notion leaks above this page.
 */
#pragma once

#include "base/err.h"
#include "base/scoped.h"
#include "base/span.h"

enum { KV_KEY_MAX = 500, KV_MAPS_MAX = 96 };

struct kv; /* an open environment; opaque */

struct kv_txn {
	struct kv *kv; /* NULL = none */
	void *handle;
	struct kv_txn *parent; /* of a nested one */
	bool writes;
	bool has_child;    /* a nested one is open: this one rests */
	struct err spoilt; /* why it can only be aborted, after a failed call */
};

struct kv_cursor {
	struct kv *kv;
	struct kv_txn *txn; /* NULL = none */
	void *handle;       /* NULL = at the end */
	struct span key;    /* of the current row, after a true next */
	struct span value;
	struct err err; /* why next said false, if not the end */
	bool primed;
	bool backward;
	int map;
};

/* How a directory is opened. */
struct kv_ask {
	const char *path;        /* directory, made if missing (mode 0700); kv_mem ignores it */
	const char *const *maps; /* names; a map is known by its position */
	size_t map_count;        /* 1 to KV_MAPS_MAX */
	uint64_t max_bytes;      /* our own limit on the file: what kv_used may reach; 0 = none */
	bool durable;            /* false: commits may be lost with the machine, until kv_sync */
	bool read_only;
};

/* A backend fills every slot. */
struct kv_backend {
	const char *name;
	fallible (*open)(const struct kv_ask *ask, struct kv **kv);
	void (*close)(struct kv *kv);
	fallible (*begin)(struct kv *kv, struct kv_txn *parent, bool writes, struct kv_txn *txn);
	fallible (*commit)(struct kv_txn *txn);
	void (*abort)(struct kv_txn *txn);
	fallible (*get)(struct kv_txn *txn, int map, struct span key, struct span *value);
	fallible (*put)(struct kv_txn *txn, int map, struct span key, struct span value, bool append);
	fallible (*drop)(struct kv_txn *txn, int map, struct span key);
	fallible (*seek)(struct kv_cursor *cursor, struct span from);
	bool (*next)(struct kv_cursor *cursor);
	void (*cursor_close)(struct kv_cursor *cursor);
	fallible (*sync)(struct kv *kv);
	uint64_t (*used)(struct kv *kv);
};

extern const struct kv_backend kv_lmdb;

/* Every backend's struct kv begins with this. */
struct kv {
	const struct kv_backend *backend;
	uint64_t max_bytes;
	size_t map_count;
	bool read_only;
	_Atomic size_t in_use; /* transactions */
};

/* kv_open - Fails: IO · CORRUPT not ours or damaged · FULL no room to make it · NO_MEMORY. Owns: kv_close,
 * which takes NULL. */
fallible kv_open(const struct kv_backend *backend, const struct kv_ask *ask, struct kv **kv);
void kv_close(struct kv *kv);

/* kv_read - a snapshot for reading; keep it short: it pins old pages. kv_txn_done ends it. Thread: may move
 * between threads, used by one at a time. Fails: BUSY too many readers · NO_MEMORY. */
fallible kv_read(struct kv *kv, struct kv_txn *txn);

/* kv_write - the write transaction; waits for the one before. kv_nest - a child of an open write transaction:
 * aborting it takes back what it wrote, committing it hands that to the parent. While a child is open the
 * parent is not used: BUG. After a call on it has failed, other than by NOT_FOUND, a transaction can only be
 * aborted: all else gives the same failure. Thread: begun, used and ended by one. Fails: FULL · IO ·
 * NO_MEMORY. */
fallible kv_write(struct kv *kv, struct kv_txn *txn);
fallible kv_nest(struct kv_txn *parent, struct kv_txn *txn);

/* kv_commit - durable on return (of an outermost one, if the environment is durable). The transaction is over
 * in any case. Fails: FULL no room (on the disk or by max_bytes): nothing of it stands, the map is usable ·
 * NO_MEMORY likewise · CORRUPT likewise · IO: what stands is unknown, the process should end. */
fallible kv_commit(struct kv_txn *txn);

/* kv_txn_done - abort if still open; takes a zeroed one. */
void kv_txn_done(struct kv_txn *txn);

/* kv_get - Fails: NOT_FOUND · CORRUPT · IO. */
fallible kv_get(struct kv_txn *txn, int map, struct span key, struct span *value);

/* kv_put - insert or replace. kv_append - insert behind the last key of the map; fails as BUG when the key is
 * not behind it. Fails: FULL: the transaction can only be aborted (a parent of it goes on) · IO. */
fallible kv_put(struct kv_txn *txn, int map, struct span key, struct span value);
fallible kv_append(struct kv_txn *txn, int map, struct span key, struct span value);

/* kv_drop - Fails: NOT_FOUND · FULL · IO. */
fallible kv_drop(struct kv_txn *txn, int map, struct span key);

/* kv_seek - place a cursor before the first key >= from; kv_seek_back - behind the last key <= from (an empty
 * from: the end). Then kv_next walks: true with key and value set, false at the end or on failure (then
 * cursor->err). The row just walked may be dropped. A cursor may be done after its transaction has ended, but
 * before the same struct kv_txn begins another.
 *
 *	scoped(kv_cursor) rows = {0};
 *	TRY(kv_seek(txn, map, prefix, &rows));
 *	while (kv_next(&rows) && span_starts(rows.key, prefix)) …
 *	TRY(rows.err);
 */
fallible kv_seek(struct kv_txn *txn, int map, struct span from, struct kv_cursor *cursor);
fallible kv_seek_back(struct kv_txn *txn, int map, struct span from, struct kv_cursor *cursor);
bool kv_next(struct kv_cursor *cursor);
void kv_cursor_done(struct kv_cursor *cursor);

/* kv_in_use - whether a transaction is open. It says something only where no other can begin. */
bool kv_in_use(struct kv *kv);

/* kv_sync - make every commit so far durable. kv_used - bytes in use by the file's pages. */
fallible kv_sync(struct kv *kv);
uint64_t kv_used(struct kv *kv);
