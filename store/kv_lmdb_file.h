/* SPDX-License-Identifier: Apache-2.0 */
/* kv_lmdb_file - how long the file of an environment is and should be. Inside of the backend only.
 * docs/decisions/0002-lmdb.md has the reasons. */
#pragma once

#include "base/err.h"

#include <lmdb.h>

#include <stdbool.h>
#include <stdint.h>

enum { KV_LMDB_FREE_MAP = 0 }; /* the handle of LMDB's list of free pages */

struct kv_lmdb_file {
	MDB_env *env; /* not ours */
	mdb_filehandle_t handle;
	uint64_t page_bytes;
	uint64_t pages; /* of the commit before the last one; 0 = not known */
};

/* kv_lmdb_file_of - the file of an environment that is open; closed over exec. Fails: IO. */
fallible kv_lmdb_file_of(MDB_env *env, struct kv_lmdb_file *file);

/* kv_lmdb_file_check - a page that is missing at the end of the file would kill the process that touches it in the
 * mapping. It is no damage only when it is free: LMDB does not write what was freed in the transaction that made
 * it. A writer then makes the file as long as it should be; inside a write transaction, so that no other process
 * does so meanwhile. Fails: CORRUPT cut short · IO. */
fallible kv_lmdb_file_check(const struct kv_lmdb_file *file, bool read_only);

/* kv_lmdb_file_lengthen - after each commit, so that a file that is too short is a damaged one, save for the moment
 * between the two. */
void kv_lmdb_file_lengthen(const struct kv_lmdb_file *file);

/* kv_lmdb_file_make_room - before a durable commit, inside its transaction: zeros for the next few commits behind the
 * end of the file. A flush of a file that grew also writes its inode and waits for that; one of pages that were
 * there does not. Nothing where a commit writes so much that this would only be written twice, nor on a full disk. */
void kv_lmdb_file_make_room(struct kv_lmdb_file *file);

/* kv_lmdb_file_trim - before a writer closes: the room that was made goes back. Waits for a write transaction of
 * another process. */
void kv_lmdb_file_trim(const struct kv_lmdb_file *file);
