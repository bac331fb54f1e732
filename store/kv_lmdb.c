/* SPDX-License-Identifier: Apache-2.0 */
/* kv_lmdb - the embedded backend: one LMDB environment a directory. docs/decisions/0002-lmdb.md has the
 * reasons. */
#include "store/kv.h"

#include <lmdb.h>

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READERS_MAX = 512, FREE_MAP = 0, DIRECTORY_MODE = 0700, FILE_MODE = 0600, LOCK_PATH = 4096 };
enum { LOCK_BYTES = (READERS_MAX + 2) * 64 /* of LMDB's table: 128 of its own, 64 a reader */ };

/* The mapping is address space, not memory. The smaller ones are for places where that is scarce. */
static const size_t MAPPING_BYTES[] = {(size_t)1 << 40, (size_t)1 << 36, (size_t)1 << 32};
enum { MAPPINGS = sizeof MAPPING_BYTES / sizeof MAPPING_BYTES[0] };

struct lmdb {
	struct kv head; /* first: a struct kv * is a struct lmdb * */
	MDB_env *env;
	uint64_t page_bytes;
	_Atomic uint64_t committing; /* the number of the last transaction whose commit began */
	bool there[KV_MAPS_MAX];     /* false: not made yet, and we only read */
	MDB_dbi maps[KV_MAPS_MAX];
};

struct fault {
	int code; /* of LMDB or errno */
	struct err err;
};

static const struct fault FAULTS[] = {
	{MDB_NOTFOUND, FAIL(NOT_FOUND, "a key is not in its map")},
	{MDB_KEYEXIST, FAIL(BUG, "a key is appended that is not behind the last one")},
	{MDB_INVALID, FAIL(CORRUPT, "the file is no database")},
	{MDB_VERSION_MISMATCH, FAIL(CORRUPT, "the file has another format version")},
	{MDB_CORRUPTED, FAIL(CORRUPT, "a page of the database is damaged")},
	{MDB_PAGE_NOTFOUND, FAIL(CORRUPT, "a page of the database is missing")},
	{MDB_CURSOR_FULL, FAIL(CORRUPT, "a map of the database is deeper than it can be")},
	{MDB_INCOMPATIBLE, FAIL(CORRUPT, "a map of the database is none of ours")},
	{MDB_MAP_FULL, FAIL(FULL, "the mapping of the database has no room")},
	{MDB_TXN_FULL, FAIL(FULL, "a transaction has changed too many pages")},
	{ENOSPC, FAIL(FULL, "the disk has no room for the database")},
	{EDQUOT, FAIL(FULL, "the quota has no room for the database")},
	{EFBIG, FAIL(FULL, "the largest size of a file has no room for the database")},
	{MDB_READERS_FULL, FAIL(BUSY, "the database has too many readers")},
	{ENOMEM, FAIL(NO_MEMORY, "the database finds no memory")},
	{MDB_PANIC, FAIL(IO, "a commit has failed in a way that leaves the database unknown")},
	{MDB_MAP_RESIZED, FAIL(IO, "the database has outgrown this process's mapping")},
	{ENOENT, FAIL(IO, "the directory has no database")},
	{EACCES, FAIL(IO, "the database may not be opened")},
	{MDB_BAD_TXN, FAIL(BUG, "a transaction is used that can only be aborted")},
	{MDB_BAD_RSLOT, FAIL(BUG, "a reader's slot is used twice")},
	{MDB_BAD_DBI, FAIL(BUG, "a map's handle is wrong")},
	{MDB_BAD_VALSIZE, FAIL(BUG, "a key or value has a size that cannot be stored")},
	{MDB_DBS_FULL, FAIL(BUG, "the database has more maps than were announced")},
	{MDB_PAGE_FULL, FAIL(BUG, "a page of the database overflows")},
	{EINVAL, FAIL(BUG, "the database is called in a wrong way")},
};

static fallible check(int code)
{
	if (code != 0) {
		for (size_t i = 0; i < sizeof FAULTS / sizeof FAULTS[0]; i++) {
			if (FAULTS[i].code == code)
				return FAULTS[i].err;
		}
		return FAIL(IO, "the database cannot read or write its file");
	}
	return OK;
}

/* For calls that may write; errno was cleared before. LMDB gives a write that was cut short as EIO and does
 * not ask errno. A disk that fills up in the middle of a write cuts it short, while a true I/O error sets
 * errno. */
static fallible check_write(int code)
{
	if (code == EIO && errno == 0)
		return FAIL(FULL, "a write to the database is cut short, as by a full disk");
	return check(code);
}

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
		code = is_new && errno == ENOSPC ? ENOSPC : 0;
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
	TRY(check_write(code));
	MDB_stat stat;
	TRY(check(mdb_env_stat(lmdb->env, &stat)));
	lmdb->page_bytes = stat.ms_psize;
	/* LMDB leaves this one descriptor open over exec. */
	mdb_filehandle_t file;
	TRY(check(mdb_env_get_fd(lmdb->env, &file)));
	if (fcntl(file, F_SETFD, FD_CLOEXEC) != 0)
		return check(errno);
	/* Readers of processes that were killed would pin old pages for ever. */
	if (!ask->read_only)
		TRY(check(mdb_reader_check(lmdb->env, NULL)));
	return OK;
}

/* How many of the pages from `first` on stand in the list of free pages. */
static fallible count_free(MDB_txn *txn, uint64_t first, uint64_t *count)
{
	MDB_cursor *rows = NULL;
	TRY(check(mdb_cursor_open(txn, FREE_MAP, &rows)));
	MDB_val key, value;
	uint64_t sum = 0;
	int code;
	while ((code = mdb_cursor_get(rows, &key, &value, MDB_NEXT)) == 0) {
		const size_t *pages = value.mv_data; /* their number, then the numbers */
		for (size_t i = 1; i <= pages[0] && i < value.mv_size / sizeof pages[0]; i++)
			sum += pages[i] >= first;
	}
	mdb_cursor_close(rows);
	if (code != MDB_NOTFOUND)
		return check(code);
	*count = sum;
	return OK;
}

/* How many pages the file should have, and has. */
struct extent {
	mdb_filehandle_t file;
	off_t bytes;
	uint64_t pages;
	uint64_t present;
};

static fallible measure(const struct lmdb *lmdb, struct extent *extent)
{
	MDB_envinfo info;
	mdb_filehandle_t file;
	struct stat status;
	TRY(check(mdb_env_info(lmdb->env, &info)));
	TRY(check(mdb_env_get_fd(lmdb->env, &file)));
	if (fstat(file, &status) != 0)
		return check(errno);
	*extent = (struct extent){
		.file = file,
		.bytes = status.st_size,
		.pages = info.me_last_pgno + 1,
		.present = (uint64_t)status.st_size / lmdb->page_bytes,
	};
	return OK;
}

static fallible check_missing(const struct lmdb *lmdb, const struct extent *extent)
{
	MDB_txn *txn = NULL;
	TRY(check(mdb_txn_begin(lmdb->env, NULL, MDB_RDONLY, &txn)));
	uint64_t free_ones = 0;
	struct err err = count_free(txn, extent->present, &free_ones);
	mdb_txn_abort(txn);
	TRY(err);
	if (free_ones != extent->pages - extent->present)
		return FAIL(CORRUPT, "the file of the database is cut short");
	return OK;
}

/* A page that is missing at the end of the file would kill the process that touches it in the mapping. It is
 * no damage only when it is free: LMDB does not write what was freed in the transaction that made it. */
static fallible check_length(struct lmdb *lmdb, const struct kv_ask *ask)
{
	struct extent extent;
	TRY(measure(lmdb, &extent));
	if (extent.present >= extent.pages)
		return OK;
	/* The list of free pages may itself be what is missing, so it is only read in a file that was made
	 * long enough. */
	if (ask->read_only)
		return FAIL(
			CORRUPT, "the file of the database is cut short; a writer may be able to mend it");
	if (ftruncate(extent.file, (off_t)(extent.pages * lmdb->page_bytes)) != 0)
		return check(errno);
	struct err err = check_missing(lmdb, &extent);
	/* Back to how it was found, or the next look would find nothing wrong. */
	if (err_failed(err) && ftruncate(extent.file, extent.bytes) != 0)
		return FAIL(IO, "the file of the database is cut short and cannot be left so");
	return err;
}

/* So that a file that is too short is a damaged one, save for the moment after a commit. fallocate never
 * shortens, whatever the next writer does meanwhile. Where the file system cannot, only a later reader's
 * check is too strict. */
static void lengthen(const struct lmdb *lmdb)
{
	struct extent extent;
	if (err_failed(measure(lmdb, &extent)) || extent.present >= extent.pages)
		return;
	off_t page = (off_t)lmdb->page_bytes;
	IGNORE(check(fallocate(extent.file, 0, (off_t)(extent.pages - 1) * page, page)));
}

static fallible open_maps_in(struct lmdb *lmdb, const struct kv_ask *ask, MDB_txn *txn)
{
	/* Inside the write transaction, so that no other process makes the file longer meanwhile. */
	TRY(check_length(lmdb, ask));
	for (size_t i = 0; i < ask->map_count; i++) {
		int code = mdb_dbi_open(txn, ask->maps[i], ask->read_only ? 0 : MDB_CREATE, &lmdb->maps[i]);
		lmdb->there[i] = code == 0;
		if (code != MDB_NOTFOUND || !ask->read_only)
			TRY(check_write(code));
	}
	return OK;
}

static fallible open_maps(struct lmdb *lmdb, const struct kv_ask *ask)
{
	MDB_txn *txn = NULL;
	TRY(check(mdb_txn_begin(lmdb->env, NULL, ask->read_only ? MDB_RDONLY : 0, &txn)));
	struct err err = open_maps_in(lmdb, ask, txn);
	if (err_failed(err)) {
		mdb_txn_abort(txn);
		return err;
	}
	/* Committed even when it only read: that is what keeps the handles. */
	return check_write(mdb_txn_commit(txn));
}

static void lmdb_close(struct kv *kv)
{
	struct lmdb *lmdb = of(kv);
	if (lmdb->env)
		mdb_env_close(lmdb->env);
	free(lmdb);
}

static fallible lmdb_open(const struct kv_ask *ask, struct kv **kv)
{
	if (!ask->read_only && mkdir(ask->path, DIRECTORY_MODE) != 0 && errno != EEXIST)
		return check(errno);
	struct lmdb *lmdb = calloc(1, sizeof *lmdb);
	if (!lmdb)
		return FAIL(NO_MEMORY, "the database finds no memory");
	errno = 0;
	struct err err = open_environment(lmdb, ask);
	errno = 0;
	if (!err_failed(err))
		err = open_maps(lmdb, ask);
	if (err_failed(err)) {
		lmdb_close(&lmdb->head);
		return err;
	}
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

static fallible begin_read(struct lmdb *lmdb, MDB_txn **txn)
{
	MDB_txn *made = NULL;
	TRY(check(mdb_txn_begin(lmdb->env, NULL, MDB_RDONLY, &made)));
	int code = 0;
	/* Again only when two commits went by while this one began. */
	while (code == 0 && !is_settled(lmdb, made)) {
		mdb_txn_reset(made);
		code = mdb_txn_renew(made);
	}
	if (code != 0) {
		mdb_txn_abort(made);
		return check(code);
	}
	*txn = made;
	return OK;
}

static fallible lmdb_begin(struct kv *kv, struct kv_txn *parent, bool writes, struct kv_txn *txn)
{
	MDB_txn *made = NULL;
	MDB_txn *above = parent ? parent->handle : NULL;
	if (writes)
		TRY(check(mdb_txn_begin(of(kv)->env, above, 0, &made)));
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

static fallible commit_outermost(struct lmdb *lmdb, MDB_txn *txn)
{
	atomic_exchange(&lmdb->committing, mdb_txn_id(txn));
	errno = 0;
	struct err err = check_write(mdb_txn_commit(txn));
	if (err_failed(err) && is_panicked(lmdb))
		return check(MDB_PANIC);
	TRY(err);
	lengthen(lmdb);
	return OK;
}

static fallible lmdb_commit(struct kv_txn *txn)
{
	if (txn->writes && !txn->parent)
		return commit_outermost(of(txn->kv), txn->handle);
	return check(mdb_txn_commit(txn->handle));
}

static void lmdb_abort(struct kv_txn *txn)
{
	mdb_txn_abort(txn->handle);
}

static fallible lmdb_get(struct kv_txn *txn, int map, struct span key, struct span *value)
{
	const struct lmdb *lmdb = of(txn->kv);
	MDB_val k = val(key), v;
	TRY(check(lmdb->there[map] ? mdb_get(txn->handle, lmdb->maps[map], &k, &v) : MDB_NOTFOUND));
	*value = span_of_val(v);
	return OK;
}

static fallible add_pages(MDB_txn *txn, MDB_dbi map, uint64_t *pages)
{
	MDB_stat stat;
	TRY(check(mdb_stat(txn, map, &stat)));
	*pages += stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
	return OK;
}

/* Pages that hold something, as the transaction sees it: what was freed is room again, wherever the file
 * ends. */
static fallible count_pages(const struct lmdb *lmdb, MDB_txn *txn, uint64_t *pages)
{
	uint64_t sum = 3; /* two meta pages and the map of maps */
	TRY(add_pages(txn, FREE_MAP, &sum));
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
	uint64_t limit = lmdb->head.max_bytes / lmdb->page_bytes;
	if (lmdb->head.max_bytes == 0)
		return OK;
	uint64_t pages = 0;
	TRY(count_pages(lmdb, txn->handle, &pages));
	MDB_stat stat;
	TRY(check(mdb_stat(txn->handle, lmdb->maps[map], &stat)));
	pages += value.len / lmdb->page_bytes + 2 + 2 * (uint64_t)stat.ms_depth;
	if (pages > limit)
		return FAIL(FULL, "the database is at the limit that was set for it");
	return OK;
}

static fallible lmdb_put(struct kv_txn *txn, int map, struct span key, struct span value, bool append)
{
	TRY(check_room(txn, map, value));
	MDB_val k = val(key), v = val(value);
	errno = 0;
	return check_write(mdb_put(txn->handle, of(txn->kv)->maps[map], &k, &v, append ? MDB_APPEND : 0));
}

static fallible lmdb_drop(struct kv_txn *txn, int map, struct span key)
{
	MDB_val k = val(key);
	errno = 0;
	return check_write(mdb_del(txn->handle, of(txn->kv)->maps[map], &k, NULL));
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
	TRY(check(mdb_cursor_open(cursor->txn->handle, lmdb->maps[cursor->map], &rows)));
	MDB_val key = val(from), value;
	int code = cursor->backward
		? place_back(rows, from, &key, &value)
		: mdb_cursor_get(rows, &key, &value, from.len ? MDB_SET_RANGE : MDB_FIRST);
	if (code != 0) {
		mdb_cursor_close(rows);
		return code == MDB_NOTFOUND ? OK : check(code);
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

static bool lmdb_next(struct kv_cursor *cursor)
{
	MDB_val key, value;
	int code = step(cursor, &key, &value);
	if (code != 0) {
		cursor->err = code == MDB_NOTFOUND ? OK : check(code);
		return false;
	}
	cursor->key = span_of_val(key);
	cursor->value = span_of_val(value);
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
	return pages * lmdb->page_bytes;
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
