/* SPDX-License-Identifier: Apache-2.0 */
/* How long the embedded backend's file is: cut short, lacking what is free, with room for what comes. */
#include "tests/store/lmdb_world.h"

#include <endian.h>
#include <unistd.h>

Test(kv_lmdb_file, refuses_a_file_that_is_cut_short_to_read_and_to_write)
{
	scoped(temp_dir) dir = temp_dir_make();
	struct kv_ask ask = ask_for(dir.path);
	struct kv *kv = opened(ask);
	works(put_batch(kv, 0));
	works(put_batch(kv, 1));
	kv_close(kv);
	struct stat status;
	cr_assert(stat(inside(&dir, "data.mdb").text, &status) == 0);
	for (off_t cut = 1; cut < 30; cut += 4) {
		cr_assert(truncate(inside(&dir, "data.mdb").text, status.st_size - cut * PAGE) == 0);
		for (int i = 0; i < 4; i++) {
			ask.read_only = i % 2;
			refuses_to_open(ask, ERR_CORRUPT);
		}
	}
}

/* Makes the file longer by rows that do not outlive their transaction: their pages are free, and were never
 * written. */
static void churn(struct kv *kv, uint32_t round)
{
	enum { STAYING = 8, PASSING = 40, PASSING_BYTES = 9000 };
	static const uint8_t passing[PASSING_BYTES];
	scoped(kv_txn) txn = {0};
	works(kv_write(kv, &txn));
	for (uint32_t i = 0; i < STAYING; i++) {
		uint32_t key = (round * STAYING + i) * 2654435761u;
		works(kv_put(&txn, 0, span_of(&key, sizeof key), SPAN_BYTES(KILOBYTE)));
	}
	for (uint32_t i = 0; i < PASSING; i++)
		works(kv_put(&txn, 1, span_of(&i, sizeof i), span_of(passing, i % 2 ? PASSING_BYTES : 300)));
	for (uint32_t i = PASSING; i-- > 0;)
		works(kv_drop(&txn, 1, span_of(&i, sizeof i)));
	works(kv_commit(&txn));
}

Test(kv_lmdb_file, a_file_that_lacks_only_free_pages_is_mended)
{
	enum { CHURNS = 16 };
	scoped(temp_dir) dir = temp_dir_make();
	struct kv_ask ask = ask_for(dir.path);
	struct kv *kv = opened(ask);
	for (uint32_t i = 0; i < CHURNS; i++)
		churn(kv, i);
	size_t rows = count_rows(kv);
	kv_close(kv);
	ask.read_only = true;
	kv_close(opened(ask));
	struct stat status;
	cr_assert(stat(inside(&dir, "data.mdb").text, &status) == 0);
	cr_assert(truncate(inside(&dir, "data.mdb").text, status.st_size - 2 * PAGE) == 0);
	refuses_to_open(ask, ERR_CORRUPT);
	ask.read_only = false;
	kv_close(opened(ask));
	ask.read_only = true;
	kv = opened(ask);
	cr_assert(count_rows(kv) == rows);
	kv_close(kv);
}

Test(kv_lmdb_file, small_commits_find_room_in_the_file_and_closing_gives_it_back)
{
	enum { COMMITS = 64 };
	scoped(temp_dir) dir = temp_dir_make();
	struct kv *kv = opened(ask_for(dir.path));
	const struct path file = inside(&dir, "data.mdb");
	int grew = 0;
	for (uint32_t i = 0; i < COMMITS; i++) {
		off_t before = size_of(file.text);
		scoped(kv_txn) txn = {0};
		works(kv_write(kv, &txn));
		for (uint32_t row = 0; row < 8; row++) {
			const uint32_t key[] = {htobe32(i), htobe32(row)};
			works(kv_append(&txn, 0, span_of(key, sizeof key), SPAN_BYTES(KILOBYTE)));
		}
		works(kv_commit(&txn));
		grew += size_of(file.text) > before;
	}
	cr_assert(grew < COMMITS / 3, "it grew at %d commits", grew);
	off_t open_bytes = size_of(file.text);
	kv_close(kv);
	cr_assert(size_of(file.text) < open_bytes);
	struct kv_ask ask = ask_for(dir.path);
	ask.read_only = true;
	kv = opened(ask);
	cr_assert(count_rows(kv) == 8 * COMMITS);
	kv_close(kv);
}

Test(kv_lmdb_file, large_commits_are_not_written_twice)
{
	enum { COMMITS = 16, ROWS = 512 };
	scoped(temp_dir) dir = temp_dir_make();
	struct kv *kv = opened(ask_for(dir.path));
	for (uint32_t i = 0; i < COMMITS; i++) {
		scoped(kv_txn) txn = {0};
		works(kv_write(kv, &txn));
		for (uint32_t row = 0; row < ROWS; row++) {
			const uint32_t key[] = {htobe32(i), htobe32(row)};
			works(kv_append(&txn, 0, span_of(key, sizeof key), SPAN_BYTES(KILOBYTE)));
		}
		works(kv_commit(&txn));
	}
	off_t open_bytes = size_of(inside(&dir, "data.mdb").text);
	kv_close(kv);
	cr_assert(size_of(inside(&dir, "data.mdb").text) > open_bytes - (64 << 10), "room that nobody fills");
}
