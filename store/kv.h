/* SPDX-License-Identifier: Apache-2.0 */
/* kv - the waist of the store: a few ordered, transactional maps. Backends: kv_lmdb (the embedded default),
 * kv_mem (tests).
 *
 * Keys are 1 to KV_KEY_MAX bytes in memcmp order; values are bytes. One writer at a time; readers see the
 * last commit before they began and block nobody. Spans handed out point into the database and die with the
 * transaction, and inside a write transaction with the next write. No backend's notion leaks above this page.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/scoped.h"
#include "base/span.h"

enum { KV_KEY_MAX = 500, KV_MAPS_MAX = 96 };

struct kv; /* an open environment; opaque */

struct kv_txn {
	struct kv *kv; /* NULL = none */
	void *handle;
	bool writes;
	struct kv_undo *undo; /* after kv_save; else NULL */
	struct err spoilt;    /* why it can only be taken back or aborted, after a failed call */
};

/* What writes have replaced since kv_save, for kv_back. */
struct kv_undo {
	struct arena arena;
	struct kv_replaced *newest;
};

#define KV_UNDO(max_bytes) ((struct kv_undo){.arena = ARENA(max_bytes)})

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
	bool fetches_ahead;
	uintptr_t fetched; /* the backend's: up to where */
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

enum kv_put {
	KV_REPLACE,
	KV_APPEND,  /* behind the last key of the map */
	KV_RESTORE, /* what stood there before: no limit of ours is in its way */
};

/* A backend fills every slot. */
struct kv_backend {
	const char *name;
	fallible (*open)(const struct kv_ask *ask, struct kv **kv);
	void (*close)(struct kv *kv);
	fallible (*begin)(struct kv *kv, bool writes, struct kv_txn *txn);
	fallible (*commit)(struct kv_txn *txn);
	void (*abort)(struct kv_txn *txn);
	fallible (*get)(struct kv_txn *txn, int map, struct span key, struct span *value);
	fallible (*put)(struct kv_txn *txn, int map, struct span key, struct span value, enum kv_put how);
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

/* kv_write - the write transaction; waits for the one before. After a call on it has failed, other than by
 * NOT_FOUND, it can only be aborted, or taken back by kv_back: all else gives the same failure. Thread: begun,
 * used and ended by one. Fails: IO · NO_MEMORY. */
fallible kv_write(struct kv *kv, struct kv_txn *txn);

/* kv_save - a point in a write transaction to go back to: undo keeps what each write replaces from here on.
 * kv_keep forgets the point, kv_back takes back every write since, and the failure of one that had found no
 * room; one of the two comes before the next kv_save and before kv_commit. LMDB's nested transactions do the
 * same, but copy every page that they touch (decision 0031).
 *
 *   undo  the caller's; a write of a row that does not fit in fails as NO_MEMORY. It may be used again. Owns:
 *         kv_undo_done
 * kv_back fails as the write did that left the transaction of use to nobody: then it can only be aborted. */
void kv_save(struct kv_txn *txn, struct kv_undo *undo);
void kv_keep(struct kv_txn *txn);
fallible kv_back(struct kv_txn *txn);
void kv_undo_done(struct kv_undo *undo);

/* kv_commit - durable on return (of an outermost one, if the environment is durable). The transaction is over
 * in any case. Fails: FULL no room (on the disk or by max_bytes): nothing of it stands, the map is usable ·
 * NO_MEMORY likewise · CORRUPT likewise · IO: what stands is unknown, the process should end. */
fallible kv_commit(struct kv_txn *txn);

/* kv_txn_done - abort if still open; takes a zeroed one. */
void kv_txn_done(struct kv_txn *txn);

/* kv_get - Fails: NOT_FOUND · CORRUPT · IO. */
fallible kv_get(struct kv_txn *txn, int map, struct span key, struct span *value);

/* kv_put - insert or replace. kv_append - insert behind the last key of the map; fails as BUG when the key is
 * not behind it. Fails: FULL · IO · NO_MEMORY as kv_save says. */
fallible kv_put(struct kv_txn *txn, int map, struct span key, struct span value);
fallible kv_append(struct kv_txn *txn, int map, struct span key, struct span value);

/* kv_drop - Fails: NOT_FOUND · FULL · IO · NO_MEMORY as kv_save says. */
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

/* kv_fetch_ahead - this cursor walks on through much of a map: what comes next may be fetched from the disk while a row
 * is looked at. A hint, for after kv_seek in a transaction that reads; elsewhere it does nothing. */
void kv_fetch_ahead(struct kv_cursor *cursor);
void kv_cursor_done(struct kv_cursor *cursor);

/* kv_in_use - whether a transaction is open. It says something only where no other can begin. */
bool kv_in_use(struct kv *kv);

/* kv_sync - make every commit so far durable. kv_used - bytes in use by the file's pages. */
fallible kv_sync(struct kv *kv);
uint64_t kv_used(struct kv *kv);
