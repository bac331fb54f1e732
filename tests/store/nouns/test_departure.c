/* SPDX-License-Identifier: Apache-2.0 */
/* test_departure - the row of somebody who leaves. Its life is in tests/server/core/grants/test_departures.c. */
#include "store/nouns/departure.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { FOLD = 1000 };

static const struct instant NOON = {1795262400000};

static struct departure example(void)
{
	return (struct departure){.tenant = world_tenant(1),
		.person = world_thing(1),
		.state = DEPARTURE_RETURNING,
		.by = world_thing(2),
		.by_person = true,
		.is_told = true,
		.successor = world_thing(3),
		.handover = world_thing(4),
		.returner = world_thing(5),
		.asked = NOON,
		.at = {NOON.ms + 1},
		.left = {NOON.ms + 2},
		.grants = 7,
		.sessions = 3};
}

static fallible put(struct act *act, void *context)
{
	return departure_put(act, context);
}

static void put_departure(struct world *world, struct departure *departure)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = departure}));
}

static struct err read_example(struct world *world)
{
	scoped(reading) reading = {0};
	struct departure read, want = example();
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(departure_get(&view, want.tenant, want.person, &read));
	cr_assert(read.state == want.state && read.by_person && read.is_told);
	cr_assert(ids_equal(read.by, want.by) && ids_equal(read.successor, want.successor));
	cr_assert(ids_equal(read.handover, want.handover) && ids_equal(read.returner, want.returner));
	cr_assert(read.asked.ms == want.asked.ms && read.at.ms == want.at.ms && read.left.ms == want.left.ms);
	cr_assert(read.grants == 7 && read.sessions == 3);
	return OK;
}

static struct golden golden(void)
{
	struct id person = world_thing(1);
	return (struct golden){"golden/departure_1.hex", TABLE_DEPARTURE,
		noun_key(world_tenant(1), id_span(&person), SPAN_NONE), read_example};
}

Test(departure, reads_back_as_it_was_put)
{
	scoped(world) world = {0};
	struct departure departure = example();
	const struct golden row = golden();
	world_make(&world, &kv_mem, FOLD);
	put_departure(&world, &departure);
	world_must(read_example(&world));
	golden_is_written(&world, &row);
}

Test(departure, its_golden_row_is_read_for_ever_and_never_half)
{
	const struct golden row = golden();
	golden_is_read(&row);
	golden_is_read_whole(&row);
}

static struct err check_present(struct world *world)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return departure_check_present(&view, world_tenant(1), world_thing(1));
}

Test(departure, only_who_has_left_is_away)
{
	scoped(world) world = {0};
	struct departure departure = example();
	world_make(&world, &kv_mem, FOLD);
	world_must(check_present(&world));
	for (unsigned state = DEPARTURE_PLANNED; state < DEPARTURE_STATE_END; state++) {
		bool away = state == DEPARTURE_LEFT || state == DEPARTURE_RETURNING;
		departure.state = (enum departure_state)state;
		put_departure(&world, &departure);
		cr_assert((check_present(&world).kind == ERR_DENIED) == away, "%u", state);
	}
}
