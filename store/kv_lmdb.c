/* SPDX-License-Identifier: Apache-2.0 */
/* kv_lmdb - the embedded backend: one LMDB environment a directory. docs/decisions/0002-lmdb.md has the
 * reasons. */
#include "store/kv.h"

#include "store/kv_lmdb_fault.h"
#include "store/kv_lmdb_file.h"

#include <lmdb.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READERS_MAX = 512, RESTING_MAX = 64, DIRECTORY_MODE = 0700, FILE_MODE = 0600, LOCK_PATH = 4096 };
enum { AHEAD_BYTES = 4 * 1024 * 1024 }; /* that are fetched before they are read */
enum { LOCK_BYTES = (READERS_MAX + 2) * 64 /* of LMDB's table: 128 of its own, 64 a reader */ };

/* The mapping is address space, not memory. The smaller ones are for places where that is scarce. */
static const size_t MAPPING_BYTES[] = {(size_t)1 << 40, (size_t)1 << 36, (size_t)1 << 32};
enum { MAPPINGS = sizeof MAPPING_BYTES / sizeof MAPPING_BYTES[0] };

struct lmdb {
	struct kv head; /* first: a struct kv * is a struct lmdb * */
	MDB_env *env;
	struct kv_lmdb_file file;
	_Atomic uint64_t committing; /* the number of the last transaction whose commit began */
	bool makes_room;             /* for what its commits will add to the file */
	bool there[KV_MAPS_MAX];     /* false: not made yet, and we only read */
	MDB_dbi maps[KV_MAPS_MAX];
	pthread_mutex_t lock; /* of those below */
	/* Readers that have ended: each keeps its slot and its memory for the next one. */
	MDB_txn *resting[RESTING_MAX];
	size_t resting_count;
};

static struct lmdb *of(struct kv *kv)
{
	return (struct lmdb *)kv;
}

static MDB_val val(struct span bytes)
{
	return (MDB_val){bytes.len, (void *)(uintptr_t)bytes.at};
}

static struct span span_of_val(MDB_val value)
{
	return span_of(value.mv_data, value.mv_size);
}

static int try_mapping(const struct kv_ask *ask, size_t mapping_bytes, unsigned flags, MDB_env **env)
{
	MDB_env *made = NULL;
	int code = mdb_env_create(&made);
	if (code != 0)
		return code;
	code = mdb_env_set_mapsize(made, mapping_bytes);
	if (code == 0)
		code = mdb_env_set_maxdbs(made, (MDB_dbi)ask->map_count);
	if (code == 0)
		code = mdb_env_set_maxreaders(made, READERS_MAX);
	if (code == 0)
		code = mdb_env_open(made, ask->path, flags, FILE_MODE);
	if (code == 0)
		*env = made;
	else
		mdb_env_close(made);
	return code;
}

static int try_mappings(const struct kv_ask *ask, unsigned flags, MDB_env **env)
{
	int code = ENOMEM;
	for (size_t i = 0; i < MAPPINGS && code == ENOMEM; i++)
		code = try_mapping(ask, MAPPING_BYTES[i], flags, env);
	return code;
}

/* MDB_NOTLS: a reader belongs to its transaction, not to the thread. MDB_NORDAHEAD: what is read lies
 * scattered. MDB_NOMEMINIT and MDB_WRITEMAP stay unset: the one would let old memory into the file, the other
 * stray pointers. */
static unsigned flags_of(const struct kv_ask *ask)
{
	unsigned flags = MDB_NOTLS | MDB_NORDAHEAD;
	if (ask->read_only)
		flags |= MDB_RDONLY;
	if (!ask->durable)
		flags |= MDB_NOSYNC;
	return flags;
}

/* The table of readers is mapped, and LMDB makes it as a hole: on a full disk whoever writes into a new page of it
 * ends by SIGBUS. So it is made here, as large as LMDB wants it; before LMDB has it open, for closing a file drops
 * the process's locks on it. One that was made as a hole long ago stays as it is where there is no room now. */
static int fill_lock_file(const struct kv_ask *ask)
{
	char path[LOCK_PATH];
	struct stat table;
	if (snprintf(path, sizeof path, "%s/lock.mdb", ask->path) >= (int)sizeof path)
		return ENAMETOOLONG;
	int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
	if (file < 0)
		return errno;
	int code = fstat(file, &table) == 0 ? 0 : errno;
	bool is_new = code == 0 && table.st_size < LOCK_BYTES;
	if (code == 0 && fallocate(file, 0, 0, is_new ? LOCK_BYTES : table.st_size) != 0)
		code = is_new && err_is_full(errno) ? errno : 0;
	close(file);
	return code;
}

static int open_filled(const struct kv_ask *ask, MDB_env **env)
{
	int code = ask->read_only ? 0 : fill_lock_file(ask);
	return code == 0 ? try_mappings(ask, flags_of(ask), env) : code;
}

static fallible open_environment(struct lmdb *lmdb, const struct kv_ask *ask)
{
	int code = open_filled(ask, &lmdb->env);
	/* A copy in a directory that is not ours to write has no place for the lock file, and nobody who
	 * writes. */
	if (ask->read_only && (code == EACCES || code == EPERM || code == EROFS))
		code = try_mappings(ask, flags_of(ask) | MDB_NOLOCK, &lmdb->env);
	if (code == ENOMEM)
		return FAIL(
			NO_MEMORY, "the database finds no address space for its mapping: raise RLIMIT_AS");
	TRY(kv_lmdb_write_fault(code));
	TRY(kv_lmdb_file_of(lmdb->env, &lmdb->file));
	/* Readers of processes that were killed would pin old pages for ever. */
	if (!ask->read_only)
		TRY(kv_lmdb_fault(mdb_reader_check(lmdb->env, NULL)));
	return OK;
}

static fallible open_maps_in(struct lmdb *lmdb, const struct kv_ask *ask, MDB_txn *txn)
{
	/* Inside the write transaction, so that no other process makes the file longer meanwhile. */
	TRY(kv_lmdb_file_check(&lmdb->file, ask->read_only));
	for (size_t i = 0; i < ask->map_count; i++) {
		int code = mdb_dbi_open(txn, ask->maps[i], ask->read_only ? 0 : MDB_CREATE, &lmdb->maps[i]);
		lmdb->there[i] = code == 0;
		if (code != MDB_NOTFOUND || !ask->read_only)
			TRY(kv_lmdb_write_fault(code));
	}
	return OK;
}

static fallible open_maps(struct lmdb *lmdb, const struct kv_ask *ask)
{
	MDB_txn *txn = NULL;
	TRY(kv_lmdb_fault(mdb_txn_begin(lmdb->env, NULL, ask->read_only ? MDB_RDONLY : 0, &txn)));
	struct err err = open_maps_in(lmdb, ask, txn);
	if (err_failed(err)) {
		mdb_txn_abort(txn);
		return err;
	}
	/* Committed even when it only read: that is what keeps the handles. */
	return kv_lmdb_write_fault(mdb_txn_commit(txn));
}

static void lmdb_close(struct kv *kv)
{
	struct lmdb *lmdb = of(kv);
	while (lmdb->resting_count)
		mdb_txn_abort(lmdb->resting[--lmdb->resting_count]);
	pthread_mutex_destroy(&lmdb->lock);
	if (lmdb->makes_room)
		kv_lmdb_file_trim(&lmdb->file);
	if (lmdb->env)
		mdb_env_close(lmdb->env);
	free(lmdb);
}

static fallible lmdb_open(const struct kv_ask *ask, struct kv **kv)
{
	if (!ask->read_only && mkdir(ask->path, DIRECTORY_MODE) != 0 && errno != EEXIST)
		return kv_lmdb_fault(errno);
	struct lmdb *lmdb = calloc(1, sizeof *lmdb);
	if (!lmdb)
		return FAIL(NO_MEMORY, "the database finds no memory");
	pthread_mutex_init(&lmdb->lock, NULL);
	errno = 0;
	struct err err = open_environment(lmdb, ask);
	errno = 0;
	if (!err_failed(err))
		err = open_maps(lmdb, ask);
	if (err_failed(err)) {
		lmdb_close(&lmdb->head);
		return err;
	}
	lmdb->makes_room = ask->durable && !ask->read_only;
	*kv = &lmdb->head;
	return OK;
}

/* A reader takes its number N first and then copies the page that holds the roots of N. Every second commit
 * uses the same page: when N + 2 reached its commit in between, what was copied may be N + 2, which is not
 * durable yet and may never be. */
static bool is_settled(struct lmdb *lmdb, MDB_txn *reader)
{
	/* Adding nothing is a read that no earlier one moves behind, on any processor. */
	return atomic_fetch_add(&lmdb->committing, 0) < mdb_txn_id(reader) + 2;
}

static MDB_txn *wake(struct lmdb *lmdb)
{
	pthread_mutex_lock(&lmdb->lock);
	MDB_txn *reader = lmdb->resting_count ? lmdb->resting[--lmdb->resting_count] : NULL;
	pthread_mutex_unlock(&lmdb->lock);
	return reader;
}

/* Its snapshot is given up. NULL: it rests; else there are enough of them. */
static MDB_txn *rest(struct lmdb *lmdb, MDB_txn *reader)
{
	mdb_txn_reset(reader);
	pthread_mutex_lock(&lmdb->lock);
	bool has_place = lmdb->resting_count < RESTING_MAX;
	if (has_place)
		lmdb->resting[lmdb->resting_count++] = reader;
	pthread_mutex_unlock(&lmdb->lock);
	return has_place ? NULL : reader;
}

static fallible begin_read(struct lmdb *lmdb, MDB_txn **txn)
{
	MDB_txn *made = wake(lmdb);
	int code = made ? mdb_txn_renew(made) : mdb_txn_begin(lmdb->env, NULL, MDB_RDONLY, &made);
	/* Again only when two commits went by while this one began. */
	while (code == 0 && !is_settled(lmdb, made)) {
		mdb_txn_reset(made);
		code = mdb_txn_renew(made);
	}
	if (code != 0) {
		if (made)
			mdb_txn_abort(made);
		return kv_lmdb_fault(code);
	}
	*txn = made;
	return OK;
}

static fallible lmdb_begin(struct kv *kv, bool writes, struct kv_txn *txn)
{
	MDB_txn *made = NULL;
	if (writes)
		TRY(kv_lmdb_fault(mdb_txn_begin(of(kv)->env, NULL, 0, &made)));
	else
		TRY(begin_read(of(kv), &made));
	txn->handle = made;
	return OK;
}

/* After a failure while it wrote the page that makes a commit stand, LMDB refuses all further work. */
static bool is_panicked(const struct lmdb *lmdb)
{
	MDB_txn *probe = NULL;
	int code = mdb_txn_begin(lmdb->env, NULL, MDB_RDONLY, &probe);
	if (code == 0)
		mdb_txn_abort(probe);
	return code == MDB_PANIC;
}

static fallible commit_writes(struct lmdb *lmdb, MDB_txn *txn)
{
	if (lmdb->makes_room)
		kv_lmdb_file_make_room(&lmdb->file);
	atomic_exchange(&lmdb->committing, mdb_txn_id(txn));
	errno = 0;
	struct err err = kv_lmdb_write_fault(mdb_txn_commit(txn));
	if (err_failed(err) && is_panicked(lmdb))
		return kv_lmdb_fault(MDB_PANIC);
	TRY(err);
	kv_lmdb_file_lengthen(&lmdb->file);
	return OK;
}

static fallible lmdb_commit(struct kv_txn *txn)
{
	if (txn->writes)
		return commit_writes(of(txn->kv), txn->handle);
	return kv_lmdb_fault(mdb_txn_commit(txn->handle));
}

static void lmdb_abort(struct kv_txn *txn)
{
	MDB_txn *over = txn->writes ? txn->handle : rest(of(txn->kv), txn->handle);
	if (over)
		mdb_txn_abort(over);
}

static fallible lmdb_get(struct kv_txn *txn, int map, struct span key, struct span *value)
{
	const struct lmdb *lmdb = of(txn->kv);
	MDB_val k = val(key), v;
	TRY(kv_lmdb_fault(lmdb->there[map] ? mdb_get(txn->handle, lmdb->maps[map], &k, &v) : MDB_NOTFOUND));
	*value = span_of_val(v);
	return OK;
}

static fallible add_pages(MDB_txn *txn, MDB_dbi map, uint64_t *pages)
{
	MDB_stat stat;
	TRY(kv_lmdb_fault(mdb_stat(txn, map, &stat)));
	*pages += stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
	return OK;
}

/* Pages that hold something, as the transaction sees it: what was freed is room again, wherever the file
 * ends. */
static fallible count_pages(const struct lmdb *lmdb, MDB_txn *txn, uint64_t *pages)
{
	uint64_t sum = 3; /* two meta pages and the map of maps */
	TRY(add_pages(txn, KV_LMDB_FREE_MAP, &sum));
	for (size_t i = 0; i < lmdb->head.map_count; i++) {
		if (lmdb->there[i])
			TRY(add_pages(txn, lmdb->maps[i], &sum));
	}
	*pages = sum;
	return OK;
}

/* Asked before LMDB changes anything, for the worst that one row can cost: its value in pages of its own, and
 * a split at each level of the tree. */
static fallible check_room(struct kv_txn *txn, int map, struct span value)
{
	const struct lmdb *lmdb = of(txn->kv);
	uint64_t limit = lmdb->head.max_bytes / lmdb->file.page_bytes;
	if (lmdb->head.max_bytes == 0)
		return OK;
	uint64_t pages = 0;
	TRY(count_pages(lmdb, txn->handle, &pages));
	MDB_stat stat;
	TRY(kv_lmdb_fault(mdb_stat(txn->handle, lmdb->maps[map], &stat)));
	pages += value.len / lmdb->file.page_bytes + 2 + 2 * (uint64_t)stat.ms_depth;
	if (pages > limit)
		return FAIL(FULL, "the database is at the limit that was set for it");
	return OK;
}

static fallible lmdb_put(struct kv_txn *txn, int map, struct span key, struct span value, enum kv_put how)
{
	if (how != KV_RESTORE)
		TRY(check_room(txn, map, value));
	MDB_val k = val(key), v = val(value);
	errno = 0;
	return kv_lmdb_write_fault(
		mdb_put(txn->handle, of(txn->kv)->maps[map], &k, &v, how == KV_APPEND ? MDB_APPEND : 0));
}

static fallible lmdb_drop(struct kv_txn *txn, int map, struct span key)
{
	MDB_val k = val(key);
	errno = 0;
	return kv_lmdb_write_fault(mdb_del(txn->handle, of(txn->kv)->maps[map], &k, NULL));
}

static int place_back(MDB_cursor *rows, struct span from, MDB_val *key, MDB_val *value)
{
	if (from.len == 0)
		return mdb_cursor_get(rows, key, value, MDB_LAST);
	int code = mdb_cursor_get(rows, key, value, MDB_SET_RANGE);
	if (code == MDB_NOTFOUND)
		return mdb_cursor_get(rows, key, value, MDB_LAST);
	if (code == 0 && !span_equal(span_of_val(*key), from))
		return mdb_cursor_get(rows, key, value, MDB_PREV);
	return code;
}

static fallible lmdb_seek(struct kv_cursor *cursor, struct span from)
{
	const struct lmdb *lmdb = of(cursor->kv);
	if (!lmdb->there[cursor->map])
		return OK;
	MDB_cursor *rows = NULL;
	TRY(kv_lmdb_fault(mdb_cursor_open(cursor->txn->handle, lmdb->maps[cursor->map], &rows)));
	MDB_val key = val(from), value;
	int code = cursor->backward
		? place_back(rows, from, &key, &value)
		: mdb_cursor_get(rows, &key, &value, from.len ? MDB_SET_RANGE : MDB_FIRST);
	if (code != 0) {
		mdb_cursor_close(rows);
		return code == MDB_NOTFOUND ? OK : kv_lmdb_fault(code);
	}
	cursor->handle = rows;
	cursor->primed = true;
	return OK;
}

static int step(struct kv_cursor *cursor, MDB_val *key, MDB_val *value)
{
	MDB_cursor_op onward = cursor->backward ? MDB_PREV : MDB_NEXT;
	if (!cursor->primed)
		return mdb_cursor_get(cursor->handle, key, value, onward);
	cursor->primed = false;
	int code = mdb_cursor_get(cursor->handle, key, value, MDB_GET_CURRENT);
	/* The row on which it was placed has been dropped since, and was the last of its page or map. */
	if (code == MDB_NOTFOUND || code == EINVAL)
		return mdb_cursor_get(cursor->handle, key, value, onward);
	return code;
}

/* The mapping is read page by page (MDB_NORDAHEAD): who walks a log that is larger than the memory would wait for the disk
 * at each. The rows of a log lie behind one another for the most part; a page that was free before them, and lies far back,
 * is not worth a stretch of its own. What a writer has changed does not lie in the mapping. */
static void fetch_ahead(const struct lmdb *lmdb, struct kv_cursor *cursor, struct span row)
{
	uintptr_t here = (uintptr_t)row.at - (uintptr_t)row.at % lmdb->file.page_bytes;
	if (cursor->backward || cursor->txn->writes || here + AHEAD_BYTES / 2 < cursor->fetched)
		return;
	uintptr_t from = here < cursor->fetched ? cursor->fetched : here;
	cursor->fetched = here + AHEAD_BYTES;
	/* Behind the end of the file there is nothing to fetch, and no harm done. */
	if (madvise((void *)from, cursor->fetched - from, MADV_WILLNEED) != 0)
		cursor->fetches_ahead = false;
}

static bool lmdb_next(struct kv_cursor *cursor)
{
	MDB_val key, value;
	int code = step(cursor, &key, &value);
	if (code != 0) {
		cursor->err = code == MDB_NOTFOUND ? OK : kv_lmdb_fault(code);
		return false;
	}
	cursor->key = span_of_val(key);
	cursor->value = span_of_val(value);
	if (cursor->fetches_ahead)
		fetch_ahead(of(cursor->kv), cursor, cursor->key);
	return true;
}

/* A write transaction frees its cursors when it ends; one for reading leaves that to us. */
static void lmdb_cursor_close(struct kv_cursor *cursor)
{
	if (cursor->txn->kv || !cursor->txn->writes)
		mdb_cursor_close(cursor->handle);
}

/* Any failure is IO: what reached the disk is unknown, even when the reason is want of room. */
static fallible lmdb_sync(struct kv *kv)
{
	if (mdb_env_sync(of(kv)->env, 1) != 0)
		return FAIL(IO, "the database cannot be made durable");
	return OK;
}

static uint64_t lmdb_used(struct kv *kv)
{
	const struct lmdb *lmdb = of(kv);
	MDB_envinfo info;
	mdb_env_info(lmdb->env, &info);
	/* Where the file ends is the answer, too large rather than too small, when there is no reader to be
	 * had. */
	uint64_t pages = info.me_last_pgno + 1;
	MDB_txn *txn = NULL;
	if (mdb_txn_begin(lmdb->env, NULL, MDB_RDONLY, &txn) == 0) {
		/* Likewise when the counting fails. */
		IGNORE(count_pages(lmdb, txn, &pages));
		mdb_txn_abort(txn);
	}
	return pages * lmdb->file.page_bytes;
}

const struct kv_backend kv_lmdb = {
	.name = "lmdb",
	.open = lmdb_open,
	.close = lmdb_close,
	.begin = lmdb_begin,
	.commit = lmdb_commit,
	.abort = lmdb_abort,
	.get = lmdb_get,
	.put = lmdb_put,
	.drop = lmdb_drop,
	.seek = lmdb_seek,
	.next = lmdb_next,
	.cursor_close = lmdb_cursor_close,
	.sync = lmdb_sync,
	.used = lmdb_used,
};
