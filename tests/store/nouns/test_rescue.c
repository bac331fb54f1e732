/* SPDX-License-Identifier: Apache-2.0 */
/* How people were helped who lost every way in: counts of a year, a code for an hour, and when what they proved ended. */
#include "store/nouns/rescue.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

static const struct instant LAST_OF_2026 = {1798761599999};
static const struct instant FIRST_OF_2027 = {1798761600000};

static struct rescue sample(void)
{
	return (struct rescue){.tenant = world_tenant(1),
		.person = world_thing(3),
		.year = 2026,
		.resets = 1,
		.codes = 2,
		.last = {5000},
		.waiting = world_thing(4),
		.code = {.id = world_thing(5), .by = world_thing(6), .made = {7000}, .hash = {1, 2, 3}}};
}

static fallible put(struct act *act, void *context)
{
	return rescue_put(act, context);
}

static fallible drop(struct act *act, void *context)
{
	const struct rescue *rescue = context;
	return rescue_drop(act, rescue->tenant, rescue->person);
}

static void write_with(struct world *world, fallible (*run)(struct act *, void *), struct rescue *rescue)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = rescue}));
}

static struct err find(struct world *world, struct id tenant, struct rescue *found)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return rescue_read(&view, tenant, world_thing(3), found);
}

static struct err since(struct world *world, struct id person, int64_t proven_ms)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return rescue_check_since(&view, world_tenant(1), person, (struct instant){proven_ms});
}

static struct err read_golden(struct world *world)
{
	struct rescue found, want = sample();
	TRY(find(world, world_tenant(1), &found));
	want.version = found.version;
	cr_assert(memcmp(&found, &want, sizeof found) == 0);
	return OK;
}

static struct golden golden(void)
{
	const struct id tenant = world_tenant(1), person = world_thing(3);
	return (struct golden){"golden/rescue_1.hex", TABLE_RESCUE,
		noun_key(tenant, id_span(&person), SPAN_NONE), read_golden};
}

Test(rescue, is_read_back_as_it_was_put_and_as_its_golden_file)
{
	scoped(world) world = {0};
	struct rescue written = sample(), found;
	const struct golden file = golden();
	world_make(&world, &kv_mem, 0);
	write_with(&world, put, &written);
	world_must(read_golden(&world));
	golden_is_written(&world, &file);
	world_must(find(&world, world_tenant(2), &found));
	cr_assert(found.version == 0 && found.resets == 0, "who was never helped has no row");
	write_with(&world, drop, &written);
	write_with(&world, drop, &written);
	world_must(find(&world, world_tenant(1), &found));
	cr_assert(found.version == 0);
}

Test(rescue, its_golden_file_is_read_for_ever_and_never_half)
{
	const struct golden file = golden();
	golden_is_read(&file);
	golden_is_read_whole(&file);
}

Test(rescue, counts_begin_anew_with_the_calendar_year)
{
	struct rescue rescue = sample();
	rescue_begin_year(&rescue, LAST_OF_2026);
	cr_assert(rescue.resets == 1 && rescue.codes == 2);
	rescue_begin_year(&rescue, FIRST_OF_2027);
	cr_assert(rescue.year == 2027 && rescue.resets == 0 && rescue.codes == 0);
}

Test(rescue, a_code_is_good_for_an_hour_and_once)
{
	struct rescue rescue = sample();
	const uint8_t right[HASH_BLAKE] = {1, 2, 3}, wrong[HASH_BLAKE] = {1, 2, 4}, none[HASH_BLAKE] = {0};
	const struct instant made = {7000}, last = {7000 + RESCUE_CODE_MS - 1},
			     over = {7000 + RESCUE_CODE_MS};
	cr_assert(rescue_has_code(&rescue, right, made) && rescue_has_code(&rescue, right, last));
	cr_assert(!rescue_has_code(&rescue, wrong, made) && !rescue_has_code(&rescue, right, over));
	rescue_spend_code(&rescue);
	cr_assert(!rescue_has_code(&rescue, right, made) && !rescue_has_code(&rescue, none, made),
		"where there is no code none is right");
}

Test(rescue, what_was_proven_before_a_reset_counts_no_more)
{
	scoped(world) world = {0};
	struct rescue rescue = sample();
	world_make(&world, &kv_mem, 0);
	write_with(&world, put, &rescue);
	cr_assert(since(&world, world_thing(3), 4999).kind == ERR_EXPIRED);
	cr_assert(since(&world, world_thing(3), 5000).kind == ERR_EXPIRED,
		"of the same moment nobody knows the order");
	world_must(since(&world, world_thing(3), 5001));
	world_must(since(&world, world_thing(9), 1));
	rescue.last.ms = 0;
	write_with(&world, put, &rescue);
	world_must(since(&world, world_thing(3), 0));
}
