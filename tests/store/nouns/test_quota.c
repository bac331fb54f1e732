/* SPDX-License-Identifier: Apache-2.0 */
/* How many events an application may report, and when it may again. */
#include "store/nouns/quota.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, SECOND_MS = 1000 };

static const struct instant NOON = {1795262400000};
static const struct quota_bounds BOUNDS = {10, 100};

static struct instant later(int64_t ms)
{
	return (struct instant){NOON.ms + ms};
}

static struct quota_usage used(size_t events)
{
	struct quota_usage usage = {.tenant = world_tenant(1), .application = world_thing(2)};
	quota_charge(&usage, events, NOON);
	return usage;
}

Test(quota, a_minute_takes_its_bound_and_no_more)
{
	const struct quota_usage usage = used(9);
	cr_assert(quota_wait_s(&usage, &BOUNDS, 1, NOON) == 0);
	cr_assert(quota_wait_s(&usage, &BOUNDS, 2, NOON) == 60);
	cr_assert(quota_wait_s(&usage, &BOUNDS, 2, later(59 * SECOND_MS + 1)) == 1);
	cr_assert(quota_wait_s(&usage, &BOUNDS, 10, later(60 * SECOND_MS)) == 0, "another minute");
	cr_assert(quota_wait_s(&usage, &BOUNDS, 11, later(60 * SECOND_MS)) > 0, "more than any minute takes");
}

Test(quota, a_day_takes_its_bound_over_all_its_minutes)
{
	struct quota_usage usage = used(10);
	for (int minute = 1; minute < 10; minute++)
		quota_charge(&usage, 10, later((int64_t)minute * QUOTA_MINUTE_MS));
	const struct instant next = later(10 * (int64_t)QUOTA_MINUTE_MS);
	cr_assert(usage.in_day == 100 && usage.in_minute == 10);
	cr_assert(quota_wait_s(&usage, &BOUNDS, 1, next) == 12 * 3600 - 600);
	cr_assert(quota_wait_s(&usage, &BOUNDS, 1, later(QUOTA_DAY_MS)) == 0, "another day");
}

Test(quota, no_bound_is_none_and_a_count_never_begins_anew_by_running_over)
{
	static const struct quota_bounds NONE = {0, 0};
	struct quota_usage usage = used(UINT32_MAX - 1);
	quota_charge(&usage, 1000, NOON);
	cr_assert(usage.in_minute == UINT32_MAX && usage.in_day == UINT32_MAX);
	cr_assert(quota_wait_s(&usage, &NONE, 1000, NOON) == 0);
	cr_assert(quota_wait_s(&usage, &BOUNDS, 1, NOON) > 0);
}

/* ---- the records ---- */

static fallible put_both(struct act *act, void *context)
{
	const struct quota_usage *usage = context;
	const struct quota quota = {usage->tenant, usage->application, BOUNDS, 0};
	TRY(quota_put(act, &quota));
	return quota_put_usage(act, usage);
}

static fallible drop(struct act *act, void *context)
{
	(void)context;
	TRY(quota_drop(act, world_tenant(1), world_thing(2)));
	return quota_drop(act, world_tenant(1), world_thing(2));
}

static void perform(struct world *world, fallible (*run)(struct act *act, void *context), void *context)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = context}));
}

Test(quota, both_rows_are_found_under_their_own_application_only)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	struct quota_usage usage = used(7), read;
	struct quota quota;
	world_make(&world, &kv_mem, FOLD);
	perform(&world, put_both, &usage);
	world_must(reading_open(&world.volume, &reading));
	const struct view view = view_reading(&reading);
	world_must(quota_get(&view, world_tenant(1), world_thing(2), &quota));
	cr_assert(quota.bounds.per_minute == 10 && quota.bounds.per_day == 100);
	world_must(quota_get_usage(&view, world_tenant(1), world_thing(2), &read));
	cr_assert(read.in_minute == 7 && read.in_day == 7 && read.minute == usage.minute &&
		read.day == usage.day);
	cr_assert(quota_get(&view, world_tenant(2), world_thing(2), &quota).kind == ERR_NOT_FOUND);
	world_must(quota_get_usage(&view, world_tenant(1), world_thing(3), &read));
	cr_assert(read.in_minute == 0 && read.in_day == 0);
}

Test(quota, bounds_that_were_dropped_are_gone)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	struct quota_usage usage = used(7);
	struct quota quota;
	world_make(&world, &kv_mem, FOLD);
	perform(&world, put_both, &usage);
	perform(&world, drop, NULL);
	world_must(reading_open(&world.volume, &reading));
	const struct view view = view_reading(&reading);
	cr_assert(quota_get(&view, world_tenant(1), world_thing(2), &quota).kind == ERR_NOT_FOUND);
}

static struct err read_quota(struct world *world)
{
	scoped(reading) reading = {0};
	struct quota quota;
	TRY(reading_open(&world->volume, &reading));
	const struct view view = view_reading(&reading);
	TRY(quota_get(&view, world_tenant(1), world_thing(2), &quota));
	cr_assert(quota.bounds.per_minute == 10 && quota.bounds.per_day == 100);
	return OK;
}

static struct err read_usage(struct world *world)
{
	scoped(reading) reading = {0};
	struct quota_usage usage;
	TRY(reading_open(&world->volume, &reading));
	const struct view view = view_reading(&reading);
	TRY(quota_get_usage(&view, world_tenant(1), world_thing(2), &usage));
	cr_assert(usage.minute == NOON.ms / QUOTA_MINUTE_MS && usage.in_minute == 7 && usage.in_day == 7);
	return OK;
}

static struct golden golden_of(const char *file, enum table table, golden_read_fn read)
{
	const struct id application = world_thing(2);
	return (struct golden){
		file, table, noun_key(world_tenant(1), id_span(&application), SPAN_NONE), read};
}

Test(quota, reads_its_golden_files_for_ever)
{
	const struct golden quota = golden_of("golden/quota_1.hex", TABLE_QUOTA, read_quota);
	const struct golden usage = golden_of("golden/usage_1.hex", TABLE_USAGE, read_usage);
	golden_is_read(&quota);
	golden_is_read(&usage);
}

Test(quota, refuses_records_that_are_cut_or_of_another_version)
{
	const struct golden quota = golden_of("golden/quota_1.hex", TABLE_QUOTA, read_quota);
	const struct golden usage = golden_of("golden/usage_1.hex", TABLE_USAGE, read_usage);
	golden_is_read_whole(&quota);
	golden_is_read_whole(&usage);
}
