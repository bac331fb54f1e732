/* SPDX-License-Identifier: Apache-2.0 */
/* Sign-ins on their way, as they are kept: of no tenant, and without the address. */
#include "store/nouns/arrival.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

static const struct id NO_TENANT;

static struct arrival sample(void)
{
	return (struct arrival){.id = world_thing(4),
		.state = ARRIVAL_FACTOR,
		.reason = 4,
		.tries = 2,
		.mailed = 5,
		.opened = {5000},
		.passed = {6000},
		.mailbox = {1, 2, 3},
		.tenant = world_tenant(1),
		.person = world_thing(3),
		.verification = world_thing(7),
		.codes = {{.ref = "A2", .hash = {4, 5}, .made = {5500}},
			{.ref = "B3", .hash = {6}, .made = {5600}}},
		.code_count = 2};
}

static fallible add(struct act *act, void *context)
{
	return arrival_add(act, context);
}

static fallible drop(struct act *act, void *context)
{
	const struct arrival *arrival = context;
	return arrival_drop(act, arrival->id);
}

static void write_with(struct world *world, fallible (*run)(struct act *, void *), struct arrival *arrival)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = arrival}));
}

static struct err find(struct world *world, struct arrival *found)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return arrival_get(&view, world_thing(4), found);
}

static struct err read_golden(struct world *world)
{
	struct arrival found;
	return find(world, &found);
}

Test(arrival, is_read_back_as_it_was_put_and_as_its_golden_file)
{
	scoped(world) world = {0};
	struct arrival written = sample(), found;
	world_make(&world, &kv_mem, 0);
	write_with(&world, add, &written);
	world_must(find(&world, &found));
	cr_assert(found.version > 0);
	written.version = found.version;
	cr_assert(memcmp(&found, &written, sizeof found) == 0);
	const struct golden golden = {"golden/arrival_1.hex", TABLE_ARRIVAL,
		noun_key(NO_TENANT, id_span(&written.id), SPAN_NONE), read_golden};
	golden_is_written(&world, &golden);
	write_with(&world, drop, &written);
	cr_assert(find(&world, &found).kind == ERR_NOT_FOUND);
}

Test(arrival, its_golden_file_is_read_for_ever_and_never_half)
{
	const struct id id = world_thing(4);
	const struct golden golden = {"golden/arrival_1.hex", TABLE_ARRIVAL,
		noun_key(NO_TENANT, id_span(&id), SPAN_NONE), read_golden};
	golden_is_read(&golden);
	golden_is_read_whole(&golden);
}

Test(arrival, has_ten_minutes_for_the_mailed_code_and_ten_more_from_there)
{
	struct arrival arrival = sample();
	cr_assert(arrival_expires(&arrival).ms == 6000 + ARRIVAL_OPEN_MS);
	arrival.passed.ms = 0;
	cr_assert(arrival_expires(&arrival).ms == 5000 + ARRIVAL_OPEN_MS);
}
