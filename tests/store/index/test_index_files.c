/* SPDX-License-Identifier: Apache-2.0 */
/* test_index_files - two directories of the index are opened, exchanged while they are open, and removed. */
#include "store/index/index_files.h"

#include "store/index/index.h"
#include "tests/support/temp_dir.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

static void must(struct err err)
{
	cr_assert(!err_failed(err), "%s", err.why ? err.why : "");
}

static struct kv *open_marked(const struct temp_dir *dir, enum index_files which, uint64_t sequence)
{
	struct kv *kv;
	scoped(kv_txn) txn = {0};
	must(index_files_open(&kv_lmdb, dir->path, which, &kv));
	must(kv_write(kv, &txn));
	must(index_write_mark(&txn, &(struct index_mark){.sequence = sequence}));
	must(kv_commit(&txn));
	return kv;
}

static uint64_t read_mark(struct kv *kv)
{
	struct index_mark mark;
	scoped(kv_txn) txn = {0};
	must(kv_read(kv, &txn));
	must(index_read_mark(&txn, &mark));
	return mark.sequence;
}

static bool is_there(const struct temp_dir *dir, const char *name)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", dir->path, name);
	return access(path, F_OK) == 0;
}

Test(index_files, exchange_names_while_both_are_open)
{
	scoped(temp_dir) dir = temp_dir_make();
	struct kv *live = open_marked(&dir, INDEX_FILES_LIVE, 1),
		  *made = open_marked(&dir, INDEX_FILES_NEW, 2);
	must(index_files_exchange(dir.path));
	cr_assert(read_mark(live) == 1 && read_mark(made) == 2, "who has them open keeps them");
	kv_close(live);
	kv_close(made);
	must(index_files_open(&kv_lmdb, dir.path, INDEX_FILES_LIVE, &live));
	cr_assert(read_mark(live) == 2, "who opens them finds the other");
	kv_close(live);
}

Test(index_files, are_not_exchanged_when_one_is_missing)
{
	scoped(temp_dir) dir = temp_dir_make();
	kv_close(open_marked(&dir, INDEX_FILES_LIVE, 1));
	cr_assert(index_files_exchange(dir.path).kind == ERR_IO);
	struct kv *live;
	must(index_files_open(&kv_lmdb, dir.path, INDEX_FILES_LIVE, &live));
	cr_assert(read_mark(live) == 1);
	kv_close(live);
}

Test(index_files, are_removed_with_their_directory_and_the_other_stays)
{
	scoped(temp_dir) dir = temp_dir_make();
	kv_close(open_marked(&dir, INDEX_FILES_LIVE, 1));
	kv_close(open_marked(&dir, INDEX_FILES_NEW, 2));
	must(index_files_remove(dir.path, INDEX_FILES_NEW));
	cr_assert(!is_there(&dir, "index.new") && is_there(&dir, "index/data.mdb"));
	must(index_files_remove(dir.path, INDEX_FILES_NEW));
}
