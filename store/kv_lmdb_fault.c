/* SPDX-License-Identifier: Apache-2.0 */
/* kv_lmdb_fault - the table of them. */
#include "store/kv_lmdb_fault.h"

#include <lmdb.h>

#include <errno.h>

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

fallible kv_lmdb_fault(int code)
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

fallible kv_lmdb_write_fault(int code)
{
	if (code == EIO && errno == 0)
		return FAIL(FULL, "a write to the database is cut short, as by a full disk");
	return kv_lmdb_fault(code);
}
