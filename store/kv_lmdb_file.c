/* SPDX-License-Identifier: Apache-2.0 */
/* kv_lmdb_file - asks LMDB what it uses and the system what is there. */
#include "store/kv_lmdb_file.h"

#include "store/kv_lmdb_fault.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
	ROOM_PIECE = 1 << 16, /* bytes; the least that is made */
	ROOM_PIECES = 16,     /* at most */
	COMMITS_OF_ROOM = 4,  /* fewer are not worth it */
	SPARE_PAGES = 8,      /* for a commit that grows a little more than the last one did */
};

/* How many of the pages from `first` on stand in the list of free pages. */
static fallible count_free(MDB_txn *txn, uint64_t first, uint64_t *count)
{
	MDB_cursor *rows = NULL;
	TRY(kv_lmdb_fault(mdb_cursor_open(txn, KV_LMDB_FREE_MAP, &rows)));
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
		return kv_lmdb_fault(code);
	*count = sum;
	return OK;
}

/* How many pages the file should have, and has. */
struct extent {
	off_t bytes;
	uint64_t pages;
	uint64_t present;
};

static fallible measure(const struct kv_lmdb_file *file, struct extent *extent)
{
	MDB_envinfo info;
	struct stat status;
	TRY(kv_lmdb_fault(mdb_env_info(file->env, &info)));
	if (fstat(file->handle, &status) != 0)
		return kv_lmdb_fault(errno);
	*extent = (struct extent){
		.bytes = status.st_size,
		.pages = info.me_last_pgno + 1,
		.present = (uint64_t)status.st_size / file->page_bytes,
	};
	return OK;
}

fallible kv_lmdb_file_of(MDB_env *env, struct kv_lmdb_file *file)
{
	struct kv_lmdb_file found = {.env = env};
	MDB_stat stat;
	TRY(kv_lmdb_fault(mdb_env_stat(env, &stat)));
	found.page_bytes = stat.ms_psize;
	/* LMDB leaves this one descriptor open over exec. */
	TRY(kv_lmdb_fault(mdb_env_get_fd(env, &found.handle)));
	if (fcntl(found.handle, F_SETFD, FD_CLOEXEC) != 0)
		return kv_lmdb_fault(errno);
	*file = found;
	return OK;
}

static fallible check_missing(const struct kv_lmdb_file *file, const struct extent *extent)
{
	MDB_txn *txn = NULL;
	TRY(kv_lmdb_fault(mdb_txn_begin(file->env, NULL, MDB_RDONLY, &txn)));
	uint64_t free_ones = 0;
	struct err err = count_free(txn, extent->present, &free_ones);
	mdb_txn_abort(txn);
	TRY(err);
	if (free_ones != extent->pages - extent->present)
		return FAIL(CORRUPT, "the file of the database is cut short");
	return OK;
}

fallible kv_lmdb_file_check(const struct kv_lmdb_file *file, bool read_only)
{
	struct extent extent = {0};
	TRY(measure(file, &extent));
	if (extent.present >= extent.pages)
		return OK;
	/* The list of free pages may itself be what is missing, so it is only read in a file that was made
	 * long enough. */
	if (read_only)
		return FAIL(
			CORRUPT, "the file of the database is cut short; a writer may be able to mend it");
	if (ftruncate(file->handle, (off_t)(extent.pages * file->page_bytes)) != 0)
		return kv_lmdb_fault(errno);
	struct err err = check_missing(file, &extent);
	/* Back to how it was found, or the next look would find nothing wrong. */
	if (err_failed(err) && ftruncate(file->handle, extent.bytes) != 0)
		return FAIL(IO, "the file of the database is cut short and cannot be left so");
	return err;
}

/* fallocate never shortens, whatever the next writer does meanwhile. Where the file system cannot, only a later
 * reader's check is too strict. */
void kv_lmdb_file_lengthen(const struct kv_lmdb_file *file)
{
	struct extent extent = {0};
	if (err_failed(measure(file, &extent)) || extent.present >= extent.pages)
		return;
	off_t page = (off_t)file->page_bytes;
	IGNORE(kv_lmdb_fault(fallocate(file->handle, 0, (off_t)(extent.pages - 1) * page, page)));
}

/* An eighth of the file, so that a small store stays small. */
static size_t pieces_of_room(const struct extent *extent)
{
	size_t wanted = (size_t)extent->bytes / 8 / ROOM_PIECE;
	if (wanted == 0)
		return 1;
	return wanted < ROOM_PIECES ? wanted : ROOM_PIECES;
}

void kv_lmdb_file_make_room(struct kv_lmdb_file *file)
{
	static const char zeros[ROOM_PIECE];
	struct iovec room[ROOM_PIECES];
	struct extent extent = {0};
	if (err_failed(measure(file, &extent)))
		return;
	uint64_t grown = file->pages ? extent.pages - file->pages : 0;
	size_t pieces = pieces_of_room(&extent);
	file->pages = extent.pages;
	bool suffices = extent.present >= extent.pages + 2 * grown + SPARE_PAGES;
	if (suffices || grown * file->page_bytes > pieces * ROOM_PIECE / COMMITS_OF_ROOM)
		return;
	for (size_t i = 0; i < pieces; i++)
		room[i] = (struct iovec){(void *)(uintptr_t)zeros, sizeof zeros};
	/* All that is lost without it is time. */
	if (pwritev(file->handle, room, (int)pieces, extent.bytes) < 0)
		return;
}

void kv_lmdb_file_trim(const struct kv_lmdb_file *file)
{
	struct extent extent = {0};
	MDB_txn *txn = NULL;
	if (mdb_txn_begin(file->env, NULL, 0, &txn) != 0)
		return;
	if (!err_failed(measure(file, &extent)) && extent.present > extent.pages)
		IGNORE(kv_lmdb_fault(ftruncate(file->handle, (off_t)(extent.pages * file->page_bytes))));
	mdb_txn_abort(txn);
}
