/* SPDX-License-Identifier: Apache-2.0 */
/* test_hold - the record of a hold; what a clearance is given for is in tests/server/core/keeping/test_erasures.c. */
#include "store/nouns/hold.h"

#include "tests/support/fake_keys.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 256 * 1024, ROW_MAX = 64 * 1024 };

static const struct instant NOON = {1795262400000};

static struct hold example(void)
{
	return (struct hold){.tenant = world_tenant(1),
		.id = world_thing(1),
		.subject = {SUBJECT_PERSON, world_thing(2)},
		.state = HOLD_LIFTING,
		.placed = NOON,
		.until = {NOON.ms + 1000},
		.placed_by = world_thing(3),
		.first = world_thing(4),
		.ground = SPAN_LIT("a claim in court")};
}

static struct noun_key key(void)
{
	struct hold hold = example();
	return noun_key(hold.tenant, id_span(&hold.id), SPAN_NONE);
}

static fallible put(struct act *act, void *context)
{
	scoped(buf) sealed = BUF(ROW_MAX);
	const struct hold *hold = context;
	TRY(hold_seal(act->volume->keys, hold, &sealed));
	return hold_put(act, hold, buf_span(&sealed));
}

static void put_hold(struct world *world, struct hold *hold)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = hold}));
}

static struct err read_example(struct world *world)
{
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct hold read, want = example();
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(hold_get(&view, want.tenant, want.id, &arena, &read));
	cr_assert(read.state == want.state && read.subject.kind == SUBJECT_PERSON);
	cr_assert(ids_equal(read.subject.id, want.subject.id) && read.placed.ms == want.placed.ms);
	cr_assert(read.until.ms == want.until.ms && read.ended.ms == 0);
	cr_assert(ids_equal(read.placed_by, want.placed_by) && ids_equal(read.first, want.first));
	cr_assert(ids_is_none(read.second) && span_equal(read.ground, want.ground));
	return OK;
}

static struct golden golden(void)
{
	return (struct golden){"golden/hold_1.hex", TABLE_HOLD, key(), read_example};
}

Test(hold, reads_back_as_it_was_put)
{
	scoped(world) world = {0};
	struct hold hold = example();
	world_make(&world, &kv_mem, FOLD);
	put_hold(&world, &hold);
	world_must(read_example(&world));
}

Test(hold, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(hold, a_row_in_another_form_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}

Test(hold, is_in_force_until_its_end_or_until_two_people_lifted_it)
{
	struct hold hold = example();
	cr_assert(hold_is_in_force(&hold, NOON), "one of two is not enough");
	cr_assert(!hold_is_in_force(&hold, hold.until), "its end is the first moment without it");
	hold.until.ms = 0;
	cr_assert(hold_is_in_force(&hold, (struct instant){NOON.ms * 2}), "without an end it has none");
	hold.state = HOLD_LIFTED;
	cr_assert(!hold_is_in_force(&hold, NOON));
}

/* ---- clearance for a pruning ---- */

static struct err clear(struct world *world, struct arena *arena, const struct hold_clearance **clearance)
{
	scoped(reading) reading = {0};
	const struct hold_ask ask = {.tenant = world_tenant(1), .act = HOLD_PRUNE, .now = NOON};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return hold_clear(&view, &ask, arena, clearance);
}

Test(hold, on_a_person_keeps_the_events_that_name_it_and_no_others)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct hold hold = example();
	const struct hold_clearance *clearance;
	struct leaf named = {.ids[LEAF_ID_IN_PLACE_OF] = hold.subject.id}, other = {.ids[0] = world_thing(9)};
	world_make(&world, &kv_mem, FOLD);
	put_hold(&world, &hold);
	world_must(clear(&world, &arena, &clearance));
	cr_assert(!hold_lets_prune(clearance, world_tenant(1), &named));
	cr_assert(hold_lets_prune(clearance, world_tenant(1), &other));
	cr_assert(!hold_lets_prune(clearance, world_tenant(2), &other), "another tenant's log");
}

Test(hold, on_the_tenant_lets_nothing_be_pruned)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct hold hold = example();
	const struct hold_clearance *clearance;
	hold.subject = (struct subject){.kind = SUBJECT_TENANT};
	world_make(&world, &kv_mem, FOLD);
	put_hold(&world, &hold);
	cr_assert(clear(&world, &arena, &clearance).code == CODE_HELD);
	hold.state = HOLD_LIFTED;
	put_hold(&world, &hold);
	world_must(clear(&world, &arena, &clearance));
}
