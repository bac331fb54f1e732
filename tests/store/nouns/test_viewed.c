/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at the log: which are events, which are counted, and what becomes of the count. */
#include "store/nouns/viewed.h"

#include "store/nouns/noun.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_keys.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, ROW_MAX = 256 };

struct look {
	struct id tenant;
	uint8_t key[VIEWED_KEY];
	struct event_draft draft;
};

static struct look look_of(struct id tenant, const char *reader, const char *filters)
{
	const struct keys *keys = fake_keys_table();
	struct look look = {.tenant = tenant};
	look.draft.leaf = (struct leaf){
		.event = world_thing(5), .action = action_row(ACTION_LOG_VIEWED)->code, .actor = LEAF_PERSON};
	look.draft.leaf.ids[LEAF_ID_ACTOR] = world_thing(1);
	world_must(viewed_key(keys, tenant, span_text(reader), span_text(filters), look.key));
	return look;
}

static fallible run_add(struct act *act, void *context)
{
	struct look *look = context;
	return viewed_add(act, look->tenant, look->key, &look->draft);
}

static void add(struct world *world, struct look look)
{
	world_must(
		world_perform(world, (struct act_job){.kind = ACT_EVENT, .run = run_add, .context = &look}));
}

struct sweep {
	size_t max;
	struct swept swept;
};

static fallible run_close(struct act *act, void *context)
{
	struct sweep *sweep = context;
	return viewed_close(act, sweep->max, &sweep->swept);
}

static size_t close_some(struct world *world, size_t max)
{
	struct sweep sweep = {.max = max};
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run_close, .context = &sweep}));
	cr_assert(!err_failed(sweep.swept.damaged), "%s", sweep.swept.damaged.why);
	return sweep.swept.done;
}

static struct leaf newest(struct world *world)
{
	scoped(reading) reading = {0};
	struct log_row row;
	struct leaf leaf;
	world_must(reading_open(&world->volume, &reading));
	world_must(log_get(&reading.txn, world->volume.head.sequence, &row));
	world_must(leaf_decode(row.leaf, &leaf));
	return leaf;
}

Test(viewed, the_first_look_is_an_event_and_those_of_its_minute_are_counted)
{
	scoped(world) world = {0};
	const struct look look = look_of(world_tenant(1), "reader", "filters");
	world_make(&world, &kv_mem, FOLD);
	add(&world, look);
	cr_assert(world.volume.head.sequence == 1, "an event");
	fake_clock_pass(VIEWED_WINDOW_MS - 1);
	add(&world, look);
	add(&world, look);
	cr_assert(world.volume.head.sequence == 1, "two that are counted");
	cr_assert(close_some(&world, 10) == 0, "the minute is running");
	fake_clock_pass(1);
	cr_assert(close_some(&world, 10) == 1, "it is over");
	const struct leaf leaf = newest(&world);
	cr_assert(world.volume.head.sequence == 2 && (leaf.flags & LEAF_COUNTED) && leaf.count == 2,
		"the count");
	cr_assert(
		ids_equal(leaf.ids[LEAF_ID_ACTOR], world_thing(1)) && !ids_equal(leaf.event, world_thing(5)),
		"of the same reader, an event of its own");
	cr_assert(close_some(&world, 10) == 0 && world.volume.head.sequence == 2, "once");
}

Test(viewed, a_single_look_leaves_no_count_behind)
{
	scoped(world) world = {0};
	world_make(&world, &kv_mem, FOLD);
	add(&world, look_of(world_tenant(1), "reader", "filters"));
	fake_clock_pass(VIEWED_WINDOW_MS);
	cr_assert(close_some(&world, 10) == 1 && world.volume.head.sequence == 1,
		"the row goes, no event comes");
}

Test(viewed, a_look_after_the_minute_is_an_event_and_so_is_the_count_before_it)
{
	scoped(world) world = {0};
	const struct look look = look_of(world_tenant(1), "reader", "filters");
	world_make(&world, &kv_mem, FOLD);
	add(&world, look);
	add(&world, look);
	fake_clock_pass(VIEWED_WINDOW_MS);
	add(&world, look);
	cr_assert(world.volume.head.sequence == 3, "first, count, first");
	cr_assert(!(newest(&world).flags & LEAF_COUNTED), "the look itself is the last of them");
}

Test(viewed, another_reader_another_list_or_another_tenant_is_another_event)
{
	scoped(world) world = {0};
	world_make(&world, &kv_mem, FOLD);
	add(&world, look_of(world_tenant(1), "reader", "filters"));
	add(&world, look_of(world_tenant(1), "reade", "rfilters"));
	add(&world, look_of(world_tenant(1), "reader", "others"));
	add(&world, look_of(world_tenant(2), "reader", "filters"));
	cr_assert(world.volume.head.sequence == 4, "four");
}

Test(viewed, a_count_survives_a_restart)
{
	scoped(world) world = {0};
	const struct look look = look_of(world_tenant(1), "reader", "filters");
	world_make(&world, &kv_lmdb, FOLD);
	add(&world, look);
	add(&world, look);
	world_close(&world);
	world_open(&world);
	fake_clock_pass(VIEWED_WINDOW_MS);
	cr_assert(close_some(&world, 10) == 1 && newest(&world).count == 1, "it becomes an event");
}

Test(viewed, closes_no_more_rows_than_it_is_told)
{
	scoped(world) world = {0};
	world_make(&world, &kv_mem, FOLD);
	for (char reader[] = "a"; reader[0] < 'f'; reader[0]++)
		add(&world, look_of(world_tenant(1), reader, "filters"));
	fake_clock_pass(VIEWED_WINDOW_MS);
	cr_assert(close_some(&world, 3) == 3 && close_some(&world, 3) == 2 && close_some(&world, 3) == 0,
		"3, 2, 0");
}

/* ---- rows changed by hand ---- */

/* The first row, in the order of the keys, with one byte of its value changed past the act. */
static fallible forge_row(struct act *act, void *context)
{
	scoped(kv_cursor) rows = {0};
	uint8_t key[KV_KEY_MAX], value[ROW_MAX];
	(void)context;
	TRY(kv_seek(act->txn, TABLE_VIEWED, SPAN_NONE, &rows));
	cr_assert(kv_next(&rows) && rows.value.len <= sizeof value);
	const size_t key_len = rows.key.len, len = rows.value.len;
	memcpy(key, rows.key.at, key_len);
	memcpy(value, rows.value.at, len);
	value[len / 2] ^= 1;
	return kv_put(act->txn, TABLE_VIEWED, span_of(key, key_len), span_of(value, len));
}

static void close_others(const struct kv_backend *backend)
{
	scoped(world) world = {0};
	struct sweep sweep = {.max = 10};
	const struct act_job job = {.kind = ACT_HOUSEKEEPING, .run = run_close, .context = &sweep};
	world_make(&world, backend, FOLD);
	for (int twice = 0; twice < 2; twice++)
		for (char reader[] = "a"; reader[0] < 'e'; reader[0]++)
			add(&world, look_of(world_tenant(1), reader, "filters"));
	world_must(world_perform(&world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = forge_row}));
	fake_clock_pass(VIEWED_WINDOW_MS);
	world_must(world_perform(&world, job));
	cr_assert(sweep.swept.done == 3 && sweep.swept.damaged.kind == ERR_FORGED, "%zu", sweep.swept.done);
	cr_assert(world.volume.head.sequence == 4 + 3, "of the three that are whole, the counts");
	world_must(world_perform(&world, job));
	cr_assert(sweep.swept.done == 0 && sweep.swept.damaged.kind == ERR_FORGED, "it stays where it is");
	cr_assert(world.volume.head.sequence == 7, "and becomes no event");
}

Test(viewed, a_damaged_row_holds_up_no_other)
{
	close_others(&kv_mem);
	close_others(&kv_lmdb);
}

Test(viewed, a_clock_that_was_set_back_ends_the_minute)
{
	scoped(world) world = {0};
	const struct look look = look_of(world_tenant(1), "reader", "filters");
	world_make(&world, &kv_mem, FOLD);
	add(&world, look);
	fake_clock_pass(-1000);
	add(&world, look);
	cr_assert(world.volume.head.sequence == 2, "nothing hides in a minute that never ends");
}

Test(viewed, a_row_reads_its_golden_file_for_ever)
{
	scoped(world) world = {0};
	const struct look look = look_of(world_tenant(1), "reader", "filters");
	const struct golden golden = {"golden/viewed_row_1.hex", TABLE_VIEWED,
		noun_key(look.tenant, SPAN_BYTES(look.key), SPAN_NONE), NULL};
	world_make(&world, &kv_mem, FOLD);
	add(&world, look);
	add(&world, look);
	golden_is_written(&world, &golden);
}
