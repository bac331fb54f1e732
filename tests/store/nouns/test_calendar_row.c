/* SPDX-License-Identifier: Apache-2.0 */
/* test_calendar_row - what a tenant says of a calendar comes back, and nothing else is taken for it. */
#include "store/nouns/calendar_row.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 256 * 1024 };

static struct calendar_row example(void)
{
	struct calendar_row row = {.name = SPAN_LIT("office"), .under = SPAN_LIT("fi")};
	row.calendar.zone = SPAN_LIT("Europe/Helsinki");
	row.calendar.rule = SPAN_LIT("EET-2EEST,M3.5.0/3,M10.5.0/4");
	row.calendar.has_week = true;
	row.calendar.week[0] = (struct calendar_hours){8 * 60, 16 * 60};
	row.calendar.week[6] = (struct calendar_hours){0, CALENDAR_MINUTES};
	calendar_add_day(&row.calendar.off, 20813);
	calendar_add_day(&row.calendar.off, 20444);
	calendar_add_day(&row.calendar.work, 20500);
	return row;
}

static struct noun_key key(void)
{
	return noun_key(world_tenant(1), SPAN_LIT("office"), SPAN_NONE);
}

static fallible put(struct act *act, void *context)
{
	return calendar_row_put(act, world_tenant(1), context);
}

static void perform(struct world *world, struct calendar_row row)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = &row}));
}

static struct err find(struct world *world, struct arena *arena, const char *name, struct calendar_row *row)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return calendar_row_get(&view, world_tenant(1), span_text(name), arena, row);
}

static void check(const struct calendar_row *row)
{
	struct calendar_row want = example();
	cr_assert(span_equal(row->under, want.under) && span_equal(row->calendar.zone, want.calendar.zone));
	cr_assert(span_equal(row->calendar.rule, want.calendar.rule) && row->calendar.has_week);
	for (unsigned i = 0; i < CALENDAR_WEEKDAYS; i++)
		cr_assert(row->calendar.week[i].from == want.calendar.week[i].from &&
			row->calendar.week[i].to == want.calendar.week[i].to);
	cr_assert(row->calendar.off.count == 2 && row->calendar.off.at[0] == 20444 &&
		row->calendar.off.at[1] == 20813);
	cr_assert(row->calendar.work.count == 1 && row->calendar.work.at[0] == 20500);
}

Test(calendar_row, comes_back_as_it_was_put)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar_row row;
	world_make(&world, &kv_mem, FOLD);
	perform(&world, example());
	world_must(find(&world, &arena, "office", &row));
	check(&row);
	cr_assert(row.version == 1);
}

Test(calendar_row, what_nobody_changed_says_nothing)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar_row row;
	world_make(&world, &kv_mem, FOLD);
	perform(&world, example());
	world_must(find(&world, &arena, "fi", &row));
	cr_assert(row.version == 0 && row.under.len == 0 && row.calendar.off.count == 0);
}

Test(calendar_row, those_of_a_tenant_come_in_the_order_of_their_names)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar_row row = example();
	struct span after = SPAN_NONE;
	struct err err;
	world_make(&world, &kv_mem, FOLD);
	perform(&world, row);
	row.name = SPAN_LIT("fi");
	perform(&world, row);
	scoped(reading) reading = {0};
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	cr_assert(calendar_row_next(&view, world_tenant(1), &after, &arena, &row, &err) &&
		span_is(row.name, "fi"));
	cr_assert(calendar_row_next(&view, world_tenant(1), &after, &arena, &row, &err) &&
		span_is(row.name, "office"));
	check(&row);
	cr_assert(!calendar_row_next(&view, world_tenant(1), &after, &arena, &row, &err) && !err_failed(err));
	after = SPAN_NONE;
	cr_assert(!calendar_row_next(&view, world_tenant(2), &after, &arena, &row, &err) && !err_failed(err));
}

/* ---- its golden row ---- */

static struct err read_row(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar_row row;
	TRY(find(world, &arena, "office", &row));
	check(&row);
	return OK;
}

static struct golden golden(void)
{
	return (struct golden){"golden/calendar_1.hex", TABLE_CALENDAR, key(), read_row};
}

Test(calendar_row, its_golden_row_is_read_and_written_for_ever)
{
	scoped(world) world = {0};
	const struct golden row = golden();
	golden_is_read(&row);
	world_make(&world, &kv_mem, FOLD);
	perform(&world, example());
	golden_is_written(&world, &row);
}

Test(calendar_row, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}
