/* SPDX-License-Identifier: Apache-2.0 */
/* test_mail_brake - what is counted, for how long, and that nothing is left of it. */
#include "store/nouns/mail_brake.h"

#include "store/nouns/expiry.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

static const struct mail_brake_bounds BOUNDS = {MAIL_BRAKE_HOUR_MS, 2, 3};
static const struct instant NOON = {INT64_C(1790000000000)};

static struct instant later(int64_t ms)
{
	return (struct instant){NOON.ms + ms};
}

static fallible put_it(struct act *act, void *context)
{
	return mail_brake_put(act, context);
}

static fallible sweep_it(struct act *act, void *context)
{
	const struct mail_brake *brake = context;
	return mail_brake_sweep(act, brake->tenant, brake->whose);
}

static void write_with(struct world *world, fallible (*run)(struct act *act, void *context), void *context)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = context}));
}

static struct mail_brake find(struct world *world)
{
	struct mail_brake brake;
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	world_must(mail_brake_read(&view, world_tenant(1), world_thing(1), &brake));
	return brake;
}

Test(mail_brake, a_stretch_is_full_until_it_is_over)
{
	struct mail_brake brake = {.is_new = true};
	cr_assert(mail_brake_wait_ms(&brake, &BOUNDS, NOON) == 0);
	mail_brake_charge(&brake, &BOUNDS, NOON);
	cr_assert(mail_brake_wait_ms(&brake, &BOUNDS, later(1)) == 0);
	mail_brake_charge(&brake, &BOUNDS, later(1));
	cr_assert(mail_brake_wait_ms(&brake, &BOUNDS, later(1000)) == MAIL_BRAKE_HOUR_MS - 1000);
	cr_assert(mail_brake_wait_ms(&brake, &BOUNDS, later(MAIL_BRAKE_HOUR_MS)) == 0);
}

Test(mail_brake, a_day_is_full_also_where_the_stretch_is_not)
{
	struct mail_brake brake = {.is_new = true};
	for (int64_t i = 0; i < 3; i++)
		mail_brake_charge(&brake, &BOUNDS, later(i * MAIL_BRAKE_HOUR_MS));
	cr_assert(mail_brake_wait_ms(&brake, &BOUNDS, later(3 * MAIL_BRAKE_HOUR_MS)) ==
		MAIL_BRAKE_DAY_MS - 3 * MAIL_BRAKE_HOUR_MS);
	cr_assert(mail_brake_wait_ms(&brake, &BOUNDS, later(MAIL_BRAKE_DAY_MS)) == 0);
	mail_brake_charge(&brake, &BOUNDS, later(MAIL_BRAKE_DAY_MS));
	cr_assert(brake.in_day == 1 && brake.in_stretch == 1, "another day begins");
}

Test(mail_brake, without_a_bound_nothing_waits)
{
	static const struct mail_brake_bounds NONE = {MAIL_BRAKE_MINUTE_MS, 0, 0};
	struct mail_brake brake = {
		.in_stretch = UINT32_MAX, .in_day = UINT32_MAX, .since = NOON, .day = NOON};
	cr_assert(mail_brake_wait_ms(&brake, &NONE, NOON) == 0);
	mail_brake_charge(&brake, &NONE, NOON);
	cr_assert(brake.in_stretch == UINT32_MAX, "and nothing turns over");
}

Test(mail_brake, is_read_back_as_its_golden_file_and_swept_when_its_day_is_over)
{
	scoped(world) world = {0};
	struct mail_brake put = {.tenant = world_tenant(1),
		.whose = world_thing(1),
		.since = {1000},
		.day = {1000},
		.in_stretch = 2,
		.in_day = 7,
		.is_new = true};
	world_make(&world, &kv_mem, 0);
	cr_assert(find(&world).is_new);
	write_with(&world, put_it, &put);
	struct mail_brake found = find(&world);
	cr_assert(!found.is_new && found.since.ms == 1000 && found.in_stretch == 2 && found.in_day == 7);
	const struct golden golden = {"golden/mail_brake_1.hex", TABLE_MAIL_BRAKE,
		noun_key(put.tenant, id_span(&put.whose), SPAN_NONE), NULL};
	golden_is_written(&world, &golden);
	write_with(&world, sweep_it, &put);
	cr_assert(find(&world).is_new, "its day was in 1970");
}

Test(mail_brake, one_of_today_is_kept)
{
	scoped(world) world = {0};
	struct mail_brake put = {
		.tenant = world_tenant(1), .whose = world_thing(1), .since = clock_now(), .day = clock_now()};
	world_make(&world, &kv_mem, 0);
	write_with(&world, put_it, &put);
	write_with(&world, sweep_it, &put);
	cr_assert(!find(&world).is_new);
}
