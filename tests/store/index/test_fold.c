/* SPDX-License-Identifier: Apache-2.0 */
/* test_fold - what a segment holds is what its rows say, and a fold loses nothing. */
#include "store/index/fold.h"

#include "store/index/index.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <stdlib.h>

enum { TENANTS = 4, FOLD_ROWS = 250 };

static struct index_mark read_mark(struct world *world)
{
	struct index_mark mark;
	scoped(kv_txn) txn = {0};
	world_must(kv_read(world->volume.index, &txn));
	world_must(index_read_mark(&txn, &mark));
	return mark;
}

Test(fold, nothing_to_fold_is_fine)
{
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	world_must(fold_once(&world.volume));
	cr_assert(read_mark(&world).segments == 0);
}

Test(fold, takes_the_oldest_rows_and_no_more_than_one_segment)
{
	struct dice dice = {71};
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	world_grow(&world, &dice, TENANTS, 600);
	world_must(fold_once(&world.volume));
	struct index_mark mark = read_mark(&world);
	cr_assert(mark.segments == 1 && mark.sequence == FOLD_ROWS);
	cr_assert(tail_count(world.volume.tail) == 600 - FOLD_ROWS);
	world_fold(&world);
	mark = read_mark(&world);
	cr_assert(mark.segments == 3 && mark.sequence == 600 && tail_count(world.volume.tail) == 0);
}

/* Each posting array ascends, and so does each key: what a merge and a binary search rest on. */
Test(fold, postings_ascend)
{
	struct dice dice = {72};
	size_t seen = 0, run = 0;
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	world_grow(&world, &dice, TENANTS, 1000);
	world_fold(&world);
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	world_must(kv_read(world.volume.index, &txn));
	world_must(kv_seek(&txn, INDEX_POSTING, SPAN_NONE, &rows));
	while (kv_next(&rows)) {
		struct posting_array array;
		cr_assert(rows.key.len == INDEX_KEY && rows.value.len);
		enum index_field field = rows.key.at[20];
		if (field == INDEX_TIME)
			run = rows.value.len / 4;
		if (field < INDEX_ACTION || field == INDEX_WORDS)
			continue;
		world_must(posting_open(rows.value, index_value_width(field), run, &array));
		for (size_t i = 1; i < array.count; i++) {
			struct span before, value;
			struct posting_list list;
			world_must(posting_get(&array, i - 1, &before, &list));
			world_must(posting_get(&array, i, &value, &list));
			cr_assert(memcmp(before.at, value.at, value.len) < 0 && list.count > 0);
			seen++;
		}
	}
	cr_assert(seen > 100);
}

Test(fold, every_event_is_found_by_its_id_and_its_index)
{
	struct dice dice = {73};
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	struct world_event *events = calloc(1100, sizeof *events);
	cr_assert(events);
	for (size_t i = 0; i < 1100; i++)
		events[i] = (struct world_event){.tenant = world_tenant((unsigned)dice_below(&dice, TENANTS)),
			.leaf = world_leaf(&dice)};
	world_append(&world, events, 1100);
	world_fold(&world);
	scoped(kv_txn) txn = {0};
	world_must(kv_read(world.volume.index, &txn));
	for (size_t i = 0; i < 1100; i++) {
		uint64_t by_id, by_index;
		const struct receipt *receipt = &events[i].receipt;
		world_must(index_find_event(&txn, events[i].tenant, receipt->event, &by_id));
		world_must(index_find_sequence(&txn, events[i].tenant, receipt->index, &by_index));
		cr_assert(by_id == receipt->sequence && by_index == receipt->sequence);
		struct id other = world_tenant(TENANTS);
		cr_assert(index_find_event(&txn, other, receipt->event, &by_id).kind == ERR_NOT_FOUND,
			"other tenant");
	}
	free(events);
}

Test(fold, an_id_or_index_that_is_not_there_is_not_found)
{
	struct dice dice = {74};
	uint64_t sequence = 0;
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	world_grow(&world, &dice, 1, 300);
	world_must(fold_once(&world.volume));
	scoped(kv_txn) txn = {0};
	world_must(kv_read(world.volume.index, &txn));
	static const uint64_t INDEXES[] = {FOLD_ROWS, 299, 300, UINT64_MAX};
	for (size_t i = 0; i < sizeof INDEXES / sizeof INDEXES[0]; i++)
		cr_assert(index_find_sequence(&txn, world_tenant(0), INDEXES[i], &sequence).kind ==
			ERR_NOT_FOUND);
	cr_assert(index_find_sequence(&txn, world_tenant(1), 0, &sequence).kind == ERR_NOT_FOUND);
	cr_assert(index_find_event(&txn, world_tenant(0), world_thing(7), &sequence).kind == ERR_NOT_FOUND);
	cr_assert(sequence == 0);
}

Test(fold, a_run_knows_its_least_and_greatest_time)
{
	struct dice dice = {75};
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	struct world_event events[FOLD_ROWS];
	int64_t least = INT64_MAX, greatest = 0;
	for (size_t i = 0; i < FOLD_ROWS; i++) {
		events[i] = (struct world_event){.tenant = world_tenant(0), .leaf = world_leaf(&dice)};
		least = events[i].leaf.time.ms < least ? events[i].leaf.time.ms : least;
		greatest = events[i].leaf.time.ms > greatest ? events[i].leaf.time.ms : greatest;
	}
	world_append(&world, events, FOLD_ROWS);
	world_fold(&world);
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) places = {0};
	struct index_place place;
	world_must(kv_read(world.volume.index, &txn));
	world_must(kv_seek(&txn, INDEX_PLACE, SPAN_NONE, &places));
	cr_assert(kv_next(&places));
	world_must(index_decode_place(places.key, places.value, &place));
	cr_assert(place.sequence == 1 && place.last == FOLD_ROWS && place.count == FOLD_ROWS);
	cr_assert(place.from.ms == least && place.to.ms == greatest && !kv_next(&places));
}

/* A fold that fails half-way must not have moved anything. */
Test(fold, a_fold_that_fails_leaves_tail_and_index_as_they_were)
{
	struct dice dice = {76};
	scoped(world) world;
	world_make(&world, &kv_mem, FOLD_ROWS);
	world_grow(&world, &dice, TENANTS, 500);
	world_must(fold_once(&world.volume));
	const struct index_mark before = read_mark(&world);
	/* A tenant's tree in the index that is not where its log is. */
	struct merkle_frontier wrong = {.size = 1};
	scoped(buf) value = BUF(4096);
	scoped(buf) right = BUF(4096);
	scoped(kv_txn) txn = {0};
	struct span found;
	index_put_frontier(&wrong, &value);
	world_must(kv_write(world.volume.index, &txn));
	world_must(kv_get(&txn, INDEX_TENANT, SPAN_BYTES(world_tenant(2).bytes), &found));
	buf_put(&right, found);
	world_must(kv_put(&txn, INDEX_TENANT, SPAN_BYTES(world_tenant(2).bytes), buf_span(&value)));
	world_must(kv_commit(&txn));
	cr_assert(fold_once(&world.volume).kind == ERR_CORRUPT);
	const struct index_mark after = read_mark(&world);
	cr_assert(before.sequence == after.sequence && before.segments == after.segments &&
		tail_count(world.volume.tail) == 250);
	world_must(kv_write(world.volume.index, &txn));
	world_must(kv_put(&txn, INDEX_TENANT, SPAN_BYTES(world_tenant(2).bytes), buf_span(&right)));
	world_must(kv_commit(&txn));
	world_must(fold_once(&world.volume));
	cr_assert(tail_count(world.volume.tail) == 0);
}
