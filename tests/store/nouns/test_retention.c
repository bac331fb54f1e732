/* SPDX-License-Identifier: Apache-2.0 */
/* test_retention - records of months and of what was pruned, and the stubs that stay. What is pruned when is in
 * tests/server/core/keeping/test_pruning.c. */
#include "store/nouns/retention.h"

#include "tests/support/fake_keys.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 256 * 1024, ROW_MAX = 64 * 1024, EVENTS = 5 };

static const struct instant NOON = {1795262400000};

static struct retention example(void)
{
	return (struct retention){.tenant = world_tenant(1),
		.class = ACTION_RETENTION_MONEY,
		.months = 12,
		.since = NOON,
		.set_by = world_thing(1),
		.approved_by = world_thing(2),
		.asked = 24,
		.asked_at = {NOON.ms + 1},
		.asked_by = world_thing(3),
		.justification = SPAN_LIT("a claim in court")};
}

static struct noun_key key(void)
{
	static const uint8_t class = ACTION_RETENTION_MONEY;
	return noun_key(world_tenant(1), span_of(&class, 1), SPAN_NONE);
}

static fallible put(struct act *act, void *context)
{
	scoped(buf) sealed = BUF(ROW_MAX);
	const struct retention *retention = context;
	TRY(retention_seal(act->volume->keys, retention, &sealed));
	return retention_put(act, retention, buf_span(&sealed));
}

static void put_retention(struct world *world, struct retention *retention)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = retention}));
}

static struct err read_example(struct world *world)
{
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct retention read, want = example();
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(retention_get(&view, want.tenant, want.class, &arena, &read));
	cr_assert(read.months == 12 && read.asked == 24 && read.since.ms == want.since.ms);
	cr_assert(ids_equal(read.set_by, want.set_by) && ids_equal(read.approved_by, want.approved_by));
	cr_assert(read.asked_at.ms == want.asked_at.ms && ids_equal(read.asked_by, want.asked_by));
	cr_assert(span_equal(read.justification, want.justification));
	return OK;
}

static struct golden golden(void)
{
	return (struct golden){"golden/retention_1.hex", TABLE_RETENTION, key(), read_example};
}

Test(retention, reads_back_as_it_was_put)
{
	scoped(world) world = {0};
	struct retention retention = example();
	world_make(&world, &kv_mem, FOLD);
	put_retention(&world, &retention);
	world_must(read_example(&world));
}

Test(retention, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(retention, a_row_in_another_form_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}

Test(retention, nobody_has_changed_is_that_of_the_table)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct retention read;
	world_make(&world, &kv_mem, FOLD);
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	world_must(retention_get(&view, world_tenant(1), ACTION_RETENTION_SECURITY, &arena, &read));
	cr_assert(read.months == action_retention_months(ACTION_RETENTION_SECURITY) && read.version == 0);
}

Test(retention, of_a_code_that_nobody_knows_is_none)
{
	enum action_retention class;
	cr_assert(!retention_of_code(9, &class));
	cr_assert(retention_of_code(action_row(ACTION_PERSON_CHANGED)->code, &class) &&
		class == ACTION_RETENTION_SECURITY);
	cr_assert(retention_of_code(ACTION_DECLARED, &class) && class == ACTION_RETENTION_SECURITY);
}

/* ---- stubs ---- */

struct dropping {
	struct id tenant; /* of the clearance */
	uint64_t sequence;
	bool dropped;
};

static fallible drop(struct act *act, void *context)
{
	struct dropping *dropping = context;
	const struct hold_clearance *clearance;
	const struct hold_ask ask = {.tenant = dropping->tenant, .act = HOLD_PRUNE, .now = act->now};
	struct view view = view_act(act);
	TRY(hold_clear(&view, &ask, act->arena, &clearance));
	return pruned_drop_leaf(act, clearance, dropping->sequence, &dropping->dropped);
}

static struct err run_drop(struct world *world, struct dropping *dropping)
{
	return world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = drop, .context = dropping});
}

static struct log_row row_at(struct world *world, uint64_t sequence)
{
	struct log_row row;
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	world_must(log_get(&reading.txn, sequence, &row));
	log_hash(&row);
	return row;
}

Test(retention, a_stub_keeps_tenant_index_chain_and_hash_and_a_restart_reads_it)
{
	scoped(world) world = {0};
	struct dice dice = {1};
	world_make(&world, &kv_lmdb, FOLD);
	world_grow(&world, &dice, 1, EVENTS);
	struct log_row before = row_at(&world, 2);
	struct dropping dropping = {before.tenant, 2, false};
	world_must(run_drop(&world, &dropping));
	cr_assert(dropping.dropped);
	world_must(run_drop(&world, &dropping));
	cr_assert(!dropping.dropped, "once");
	world_close(&world);
	world_open(&world);
	struct log_row after = row_at(&world, 2);
	cr_assert(before.leaf.len > 0 && after.leaf.len == 0);
	cr_assert(ids_equal(before.tenant, after.tenant) && before.index == after.index);
	cr_assert(memcmp(before.chain, after.chain, sizeof before.chain) == 0);
	cr_assert(memcmp(&before.leaf_hash, &after.leaf_hash, sizeof before.leaf_hash) == 0);
}

Test(retention, a_clearance_for_one_tenant_drops_nothing_of_another)
{
	scoped(world) world = {0};
	struct dice dice = {1};
	world_make(&world, &kv_mem, FOLD);
	world_grow(&world, &dice, 1, EVENTS);
	struct dropping dropping = {world_tenant(7), 2, false};
	cr_assert(!ids_equal(row_at(&world, 2).tenant, world_tenant(7)));
	cr_assert(run_drop(&world, &dropping).kind == ERR_DENIED);
	cr_assert(row_at(&world, 2).leaf.len > 0);
}
