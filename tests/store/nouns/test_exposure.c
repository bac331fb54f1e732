/* SPDX-License-Identifier: Apache-2.0 */
/* test_exposure - the ledger of who has seen what. */
#include "store/nouns/exposure.h"

#include "tests/support/fake_clock.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000 };

static struct exposure example(void)
{
	return (struct exposure){.tenant = world_tenant(1),
		.person = world_thing(1),
		.credential = world_thing(2),
		.number = 3,
		.client = world_thing(4),
		.grant = world_thing(5),
		.device = world_thing(6),
		.in_place_of = world_thing(7),
		.class = EXPOSURE_KNOWS,
		.how = EXPOSURE_REVEALED};
}

static struct noun_key key(void)
{
	struct exposure exposure = example();
	uint8_t place[16 + 8] = {0};
	memcpy(place, exposure.credential.bytes, sizeof exposure.credential.bytes);
	place[23] = 3;
	return noun_key(exposure.tenant, id_span(&exposure.person), SPAN_BYTES(place));
}

static fallible put(struct act *act, void *context)
{
	return exposure_add(act, context);
}

static void store(struct world *world, struct exposure exposure)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = &exposure}));
}

static struct err find(struct world *world, struct exposure *exposure)
{
	struct exposure_place at = {.len = 0};
	struct err err;
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	exposure_of_person(&view, world_tenant(1), world_thing(1), &at, exposure, &err);
	return err;
}

static void check(const struct exposure *read)
{
	struct exposure want = example();
	cr_assert(ids_equal(read->credential, want.credential) && read->number == 3);
	cr_assert(ids_equal(read->client, want.client) && ids_equal(read->grant, want.grant));
	cr_assert(read->class == EXPOSURE_KNOWS && read->count == 2);
	cr_assert(read->last.ms == read->first.ms + 1000 && read->how == EXPOSURE_REVEALED);
}

/* What only the second form of the record says. */
static void check_since(const struct exposure *read)
{
	struct exposure want = example();
	check(read);
	cr_assert(ids_equal(read->device, want.device) && ids_equal(read->in_place_of, want.in_place_of));
}

Test(exposure, seeing_it_again_raises_count_and_last)
{
	scoped(world) world = {0};
	struct exposure read;
	world_make(&world, &kv_mem, FOLD);
	store(&world, example());
	fake_clock_pass(1000);
	store(&world, example());
	world_must(find(&world, &read));
	check_since(&read);
}

Test(exposure, every_way_in_which_it_was_seen_is_kept_and_the_last_device)
{
	scoped(world) world = {0};
	struct exposure deposited = example(), read;
	world_make(&world, &kv_mem, FOLD);
	store(&world, example());
	deposited.how = EXPOSURE_DEPOSITED;
	deposited.device = world_thing(9);
	deposited.grant = deposited.in_place_of = (struct id){0};
	store(&world, deposited);
	world_must(find(&world, &read));
	cr_assert(read.how == (EXPOSURE_REVEALED | EXPOSURE_DEPOSITED));
	cr_assert(ids_equal(read.device, world_thing(9)) && ids_is_none(read.grant));
	cr_assert(ids_is_none(read.in_place_of));
}

Test(exposure, the_highest_class_stays)
{
	scoped(world) world = {0};
	struct exposure lower = example(), read;
	world_make(&world, &kv_mem, FOLD);
	lower.class = EXPOSURE_COULD_KNOW;
	store(&world, lower);
	world_must(find(&world, &read));
	cr_assert(read.class == EXPOSURE_COULD_KNOW);
	store(&world, example());
	store(&world, lower);
	world_must(find(&world, &read));
	cr_assert(read.class == EXPOSURE_KNOWS && read.count == 3);
}

static size_t count(struct world *world, struct id of,
	bool (*next)(const struct view *view, struct id tenant, struct id of, struct exposure_place *at,
		struct exposure *exposure, struct err *err))
{
	struct exposure_place at = {.len = 0};
	struct exposure exposure;
	struct err err;
	size_t found = 0;
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	while (next(&view, world_tenant(1), of, &at, &exposure, &err)) {
		cr_assert(exposure.count == 1);
		found++;
	}
	world_must(err);
	return found;
}

Test(exposure, the_ledger_is_read_by_person_and_by_client)
{
	scoped(world) world = {0};
	struct exposure exposure = example();
	world_make(&world, &kv_mem, FOLD);
	for (unsigned i = 0; i < 6; i++) {
		exposure.person = world_thing(10 + i % 2);
		exposure.client = world_thing(20 + i / 4);
		exposure.number = 1 + i;
		store(&world, exposure);
	}
	cr_assert(count(&world, world_thing(10), exposure_of_person) == 3);
	cr_assert(count(&world, world_thing(20), exposure_of_client) == 4);
	cr_assert(count(&world, world_thing(21), exposure_of_client) == 2);
	cr_assert(count(&world, world_thing(22), exposure_of_client) == 0);
	cr_assert(count(&world, (struct id){0}, exposure_of_tenant) == 6);
}

/* ---- its golden rows ---- */

static struct err read_before(struct world *world)
{
	struct exposure read;
	TRY(find(world, &read));
	check(&read);
	cr_assert(ids_is_none(read.device) && ids_is_none(read.in_place_of));
	return OK;
}

static struct err read_since(struct world *world)
{
	struct exposure read;
	TRY(find(world, &read));
	check_since(&read);
	return OK;
}

Test(exposure, its_golden_rows_are_read_for_ever)
{
	const struct golden first = {"golden/exposure_1.hex", TABLE_EXPOSURE, key(), read_before};
	const struct golden second = {"golden/exposure_2.hex", TABLE_EXPOSURE, key(), read_since};
	golden_is_read(&first);
	golden_is_read(&second);
}

Test(exposure, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	const struct golden first = {"golden/exposure_1.hex", TABLE_EXPOSURE, key(), read_before};
	const struct golden second = {"golden/exposure_2.hex", TABLE_EXPOSURE, key(), read_since};
	golden_is_read_whole(&first);
	golden_is_read_whole(&second);
}

Test(exposure, what_is_written_now_is_the_second_golden_row)
{
	scoped(world) world = {0};
	const struct golden second = {"golden/exposure_2.hex", TABLE_EXPOSURE, key(), read_since};
	world_make(&world, &kv_mem, FOLD);
	store(&world, example());
	fake_clock_pass(1000);
	store(&world, example());
	golden_is_written(&world, &second);
}
