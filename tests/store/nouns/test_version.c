/* SPDX-License-Identifier: Apache-2.0 */
/* test_version - versions, and the fields that older ones hold. */
#include "store/nouns/version.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 256 * 1024 };

static const struct instant NOON = {1795262400000};

static struct version third(void)
{
	struct version version = {.tenant = world_tenant(1),
		.credential = world_thing(1),
		.number = 3,
		.modes_max = MODE_BIT(CODE) | MODE_BIT(REVEAL),
		.created = NOON,
		.field_count = 2,
		.fields = {{CREDENTIAL_PASSWORD, 3, SPAN_LIT("a sealed password")},
			{CREDENTIAL_SEED, 1, SPAN_NONE}}};
	memset(version.wrapped, 7, sizeof version.wrapped);
	return version;
}

static struct noun_key key(void)
{
	static const uint8_t NUMBER[8] = {0, 0, 0, 0, 0, 0, 0, 3};
	struct version version = third();
	return noun_key(version.tenant, id_span(&version.credential), SPAN_BYTES(NUMBER));
}

static fallible put(struct act *act, void *context)
{
	return version_put(act, world_thing(2), context);
}

static void store(struct world *world, struct version version)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = &version}));
}

static struct err find(struct world *world, struct arena *arena, struct version *version)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return version_get(&view, world_tenant(1), world_thing(1), 3, arena, version);
}

static void check(const struct version *read)
{
	struct version want = third();
	cr_assert(read->number == 3 && read->modes_max == want.modes_max && read->created.ms == NOON.ms);
	cr_assert(memcmp(read->wrapped, want.wrapped, sizeof want.wrapped) == 0 && read->field_count == 2);
	const struct version_field *password = version_field(read, CREDENTIAL_PASSWORD);
	const struct version_field *seed = version_field(read, CREDENTIAL_SEED);
	cr_assert(password && password->held_by == 3 && span_is(password->record, "a sealed password"));
	cr_assert(seed && seed->held_by == 1 && seed->record.len == 0);
	cr_assert(version_field(read, CREDENTIAL_KEY) == NULL);
}

Test(version, comes_back_as_it_was_put)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct version read;
	world_make(&world, &kv_mem, FOLD);
	store(&world, third());
	world_must(find(&world, &arena, &read));
	check(&read);
}

Test(version, a_field_is_held_here_with_its_record_or_elsewhere_without)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct version version = third(), read;
	world_make(&world, &kv_mem, FOLD);
	version.fields[0].record = SPAN_NONE;
	store(&world, version);
	cr_assert(find(&world, &arena, &read).kind == ERR_CORRUPT);
	version = third();
	version.fields[1].record = SPAN_LIT("x");
	store(&world, version);
	cr_assert(find(&world, &arena, &read).kind == ERR_CORRUPT);
	version = third();
	version.fields[1].held_by = 4;
	store(&world, version);
	cr_assert(
		find(&world, &arena, &read).kind == ERR_CORRUPT, "no version holds what a later one sealed");
}

Test(version, its_place_names_everything_that_must_not_change)
{
	struct version version = third();
	struct seal_context place = version_place(&version, world_thing(2), CREDENTIAL_PASSWORD);
	cr_assert(ids_equal(place.tenant, version.tenant) && ids_equal(place.client, world_thing(2)));
	cr_assert(ids_equal(place.object, version.credential) && place.version == 3);
	cr_assert(place.max_modes == version.modes_max && place.field_type == CREDENTIAL_PASSWORD);
}

/* ---- its golden row ---- */

static struct err read_row(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct version read;
	TRY(find(world, &arena, &read));
	check(&read);
	return OK;
}

static struct golden golden(void)
{
	return (struct golden){"golden/version_1.hex", TABLE_VERSION, key(), read_row};
}

Test(version, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(version, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}

/* ---- of version 2 ---- */

static struct version drawn(void)
{
	struct version version = third();
	version.by = world_thing(9);
	version.by_person = true;
	version.generated = true;
	return version;
}

static struct err read_drawn(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct version read;
	TRY(find(world, &arena, &read));
	check(&read);
	cr_assert(read.generated && read.by_person && ids_equal(read.by, world_thing(9)));
	return OK;
}

Test(version, who_made_it_comes_back_and_is_written_as_its_golden_row)
{
	scoped(world) world = {0};
	const struct golden row = {"golden/version_2.hex", TABLE_VERSION, key(), read_drawn};
	world_make(&world, &kv_mem, FOLD);
	store(&world, drawn());
	world_must(read_drawn(&world));
	golden_is_written(&world, &row);
}

Test(version, its_golden_row_of_version_2_is_read_for_ever_and_never_half)
{
	const struct golden row = {"golden/version_2.hex", TABLE_VERSION, key(), read_drawn};
	golden_is_read(&row);
	golden_is_read_whole(&row);
}

Test(version, what_is_known_of_it_was_changed_in_the_latest_of_its_fields)
{
	struct version version = third();
	cr_assert(version_known(&version, 1u << CREDENTIAL_PASSWORD) == 3);
	cr_assert(version_known(&version, 1u << CREDENTIAL_SEED) == 1);
	cr_assert(version_known(&version, 1u << CREDENTIAL_SEED | 1u << CREDENTIAL_PASSWORD) == 3);
	cr_assert(version_known(&version, 1u << CREDENTIAL_NUMBER) == 0);
}
