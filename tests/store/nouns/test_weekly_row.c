/* SPDX-License-Identifier: Apache-2.0 */
/* test_weekly_row - up to where a week's report was made. */
#include "store/nouns/weekly_row.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 64 * 1024 };

static const struct instant NOON = {1795262400000};

static struct weekly_row example(void)
{
	return (struct weekly_row){.tenant = world_tenant(1),
		.client = world_thing(1),
		.week = {2026, 42},
		.mailed = true,
		.made = NOON,
		.checkpoint = {.size = 4711,
			.root = {.bytes = {1, 2, 3, [31] = 32}},
			.note = SPAN_LIT("origin\n4711\n")}};
}

static struct noun_key key(void)
{
	struct weekly_row row = example();
	static const uint8_t WEEK[] = {2026 >> 8, 2026 & 0xff, 42};
	return noun_key(row.tenant, id_span(&row.client), SPAN_BYTES(WEEK));
}

static fallible put(struct act *act, void *context)
{
	return weekly_row_put(act, context);
}

static struct err read_example(struct world *world)
{
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct weekly_row want = example();
	struct weekly_row read = {.tenant = want.tenant, .client = want.client, .week = want.week};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(weekly_row_get(&view, &arena, &read));
	cr_assert(read.mailed && read.made.ms == NOON.ms && read.checkpoint.size == 4711);
	cr_assert(memcmp(&read.checkpoint.root, &want.checkpoint.root, sizeof want.checkpoint.root) == 0);
	cr_assert(span_equal(read.checkpoint.note, want.checkpoint.note));
	return OK;
}

static struct golden golden(void)
{
	return (struct golden){"golden/weekly_row_1.hex", TABLE_WEEKLY, key(), read_example};
}

static void store(struct world *world, struct weekly_row row)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = &row}));
}

Test(weekly_row, reads_back_as_it_was_put)
{
	scoped(world) world = {0};
	const struct golden row = golden();
	world_make(&world, &kv_mem, FOLD);
	store(&world, example());
	world_must(read_example(&world));
	golden_is_written(&world, &row);
}

Test(weekly_row, another_week_of_the_client_has_none)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct weekly_row other = example();
	world_make(&world, &kv_mem, FOLD);
	store(&world, example());
	other.week.number = 43;
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	cr_assert(weekly_row_get(&view, &arena, &other).kind == ERR_NOT_FOUND);
}

Test(weekly_row, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(weekly_row, a_row_in_another_form_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}
