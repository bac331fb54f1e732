/* SPDX-License-Identifier: Apache-2.0 */
/* test_folder - the thread behind the commits. */
#include "store/index/folder.h"

#include "store/index/index.h"
#include "store/index/merge.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <sched.h>
#include <stdatomic.h>

enum { FOLD_ROWS = 100, PATIENCE_MS = 20000 };

static void count_alarm(void *context, struct err err)
{
	atomic_uint *count = context;
	cr_assert(err_failed(err));
	*count += 1;
}

static bool falls_below(struct world *world, size_t rows)
{
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	while (tail_count(world->volume.tail) >= rows && clock_monotonic_ms() < deadline)
		sched_yield();
	return tail_count(world->volume.tail) < rows;
}

static uint32_t segments(struct world *world)
{
	struct index_mark mark;
	scoped(kv_txn) txn = {0};
	world_must(kv_read(world->volume.index, &txn));
	world_must(index_read_mark(&txn, &mark));
	return mark.segments;
}

Test(folder, folds_whenever_enough_rows_wait_and_the_rest_at_the_end)
{
	atomic_uint alarms = 0;
	struct dice dice = {111};
	struct folder *folder;
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	world_must(folder_open(&world.volume, (struct alarm){&alarms, count_alarm}, &folder));
	for (uint32_t i = 1; i <= 5; i++) {
		world_grow(&world, &dice, 3, FOLD_ROWS);
		cr_assert(falls_below(&world, FOLD_ROWS) && segments(&world) == i);
	}
	world_grow(&world, &dice, 3, 10);
	world_must(folder_close(folder));
	cr_assert(tail_count(world.volume.tail) == 0 && segments(&world) == 6 && alarms == 0);
}

static size_t places(struct world *world)
{
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	size_t count = 0;
	world_must(kv_read(world->volume.index, &txn));
	world_must(kv_seek(&txn, INDEX_PLACE, SPAN_NONE, &rows));
	while (kv_next(&rows))
		count++;
	world_must(rows.err);
	return count;
}

Test(folder, merges_the_runs_that_its_folds_leave)
{
	atomic_uint alarms = 0;
	struct dice dice = {113};
	struct folder *folder;
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	world_must(folder_open(&world.volume, (struct alarm){&alarms, count_alarm}, &folder));
	for (uint32_t i = 0; i < MERGE_FAN; i++) {
		world_grow(&world, &dice, 3, FOLD_ROWS);
		cr_assert(falls_below(&world, FOLD_ROWS));
	}
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	while (places(&world) > 3 && clock_monotonic_ms() < deadline)
		sched_yield();
	cr_assert(places(&world) == 3 && alarms == 0);
	world_must(folder_close(folder));
}

Test(folder, tells_of_a_fold_that_failed)
{
	atomic_uint alarms = 0;
	struct dice dice = {112};
	struct folder *folder;
	scoped(kv_txn) txn = {0};
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	world_must(kv_write(world.volume.index, &txn));
	world_must(index_write_mark(&txn, &(struct index_mark){.sequence = 7}));
	world_must(kv_commit(&txn));
	world_must(folder_open(&world.volume, (struct alarm){&alarms, count_alarm}, &folder));
	world_grow(&world, &dice, 1, FOLD_ROWS);
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	while (alarms == 0 && clock_monotonic_ms() < deadline)
		sched_yield();
	cr_assert(alarms > 0 && tail_count(world.volume.tail) == FOLD_ROWS);
	cr_assert(err_failed(folder_close(folder)), "what could not be folded is said at the end as well");
}

Test(folder, closing_none_is_fine)
{
	world_must(folder_close(NULL));
}
