/* SPDX-License-Identifier: Apache-2.0 */
/* test_rotation - what was noted of a duty to change a secret. */
#include "store/nouns/rotation.h"

#include "tests/support/fake_keys.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 256 * 1024, ROW_MAX = 8 * 1024 };

static const struct instant NOON = {1795262400000};

static struct rotation example(void)
{
	return (struct rotation){.tenant = world_tenant(1),
		.person = world_thing(1),
		.credential = world_thing(2),
		.number = 7,
		.client = world_thing(3),
		.note = ROTATION_NOTE_WAIVED,
		.by = world_thing(4),
		.by_person = true,
		.noted = NOON,
		.reason = SPAN_LIT("the shop is closed")};
}

static struct noun_key key(void)
{
	struct rotation rotation = example();
	uint8_t place[16 + 8] = {0};
	memcpy(place, rotation.credential.bytes, sizeof rotation.credential.bytes);
	place[23] = 7;
	return noun_key(rotation.tenant, id_span(&rotation.person), SPAN_BYTES(place));
}

static fallible put(struct act *act, void *context)
{
	scoped(buf) sealed = BUF(ROW_MAX);
	const struct rotation *rotation = context;
	TRY(rotation_seal(act->volume->keys, rotation, &sealed));
	return rotation_put(act, rotation, buf_span(&sealed));
}

static void store(struct world *world, struct rotation rotation)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = &rotation}));
}

static struct err read_example(struct world *world)
{
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct rotation want = example();
	struct rotation read = {.tenant = want.tenant,
		.person = want.person,
		.credential = want.credential,
		.number = want.number};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(rotation_get(&view, &arena, &read));
	cr_assert(read.note == want.note && ids_equal(read.client, want.client));
	cr_assert(ids_equal(read.by, want.by) && read.by_person && read.noted.ms == want.noted.ms);
	cr_assert(read.due.ms == 0 && span_equal(read.reason, want.reason));
	return OK;
}

static struct golden golden(void)
{
	return (struct golden){"golden/rotation_1.hex", TABLE_ROTATION, key(), read_example};
}

Test(rotation, reads_back_as_it_was_put)
{
	scoped(world) world = {0};
	world_make(&world, &kv_mem, FOLD);
	store(&world, example());
	world_must(read_example(&world));
}

Test(rotation, of_another_version_nothing_was_noted)
{
	scoped(world) world = {0};
	struct rotation other = example();
	scoped(reading) reading = {0};
	world_make(&world, &kv_mem, FOLD);
	store(&world, example());
	other.number = 8;
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	world_must(rotation_get_note(&view, &other));
	cr_assert(other.note == ROTATION_NOTE_NONE);
	other.number = 7;
	world_must(rotation_get_note(&view, &other));
	cr_assert(other.note == ROTATION_NOTE_WAIVED && other.reason.len == 0, "nothing is opened for it");
}

Test(rotation, a_later_note_takes_the_place_of_the_first)
{
	scoped(world) world = {0};
	struct rotation later = example();
	scoped(reading) reading = {0};
	world_make(&world, &kv_mem, FOLD);
	store(&world, example());
	later.note = ROTATION_NOTE_PLANNED;
	later.due.ms = NOON.ms + 1000;
	store(&world, later);
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	world_must(rotation_get_note(&view, &later));
	cr_assert(later.note == ROTATION_NOTE_PLANNED && later.due.ms == NOON.ms + 1000);
}

Test(rotation, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(rotation, a_row_in_another_form_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}

/* ---- that it was told ---- */

static fallible put_told(struct act *act, void *context)
{
	return rotation_put_told(act, context);
}

static struct err read_told(struct world *world)
{
	scoped(reading) reading = {0};
	const struct rotation rotation = example();
	bool told;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(rotation_is_told(&view, &rotation, &told));
	return told ? OK : FAIL(NOT_FOUND, "nothing was told");
}

Test(rotation, that_a_version_was_told_is_kept_and_says_nothing_of_the_next)
{
	scoped(world) world = {0};
	struct rotation rotation = example();
	bool told;
	world_make(&world, &kv_mem, FOLD);
	cr_assert(read_told(&world).kind == ERR_NOT_FOUND);
	world_must(world_perform(
		&world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put_told, .context = &rotation}));
	world_must(read_told(&world));
	scoped(reading) reading = {0};
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	rotation.number++;
	world_must(rotation_is_told(&view, &rotation, &told));
	cr_assert(!told);
}

Test(rotation, the_golden_row_of_what_was_told_is_read_for_ever_and_never_half)
{
	const struct golden row = {"golden/rotation_told_1.hex", TABLE_ROTATION_TOLD, key(), read_told};
	golden_is_read(&row);
	golden_is_read_whole(&row);
}
