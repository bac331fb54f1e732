/* SPDX-License-Identifier: Apache-2.0 */
/* test_version - versions, and the fields that older ones hold. */
#include "store/version.h"

#include "base/text.h"
#include "tests/support/kv_mem.h"
#include "tests/support/vectors.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 256 * 1024, ROW_MAX = 64 * 1024 };

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
	return version_put(act, context);
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

struct raw {
	struct noun_key key;
	struct buf row;
};

static fallible put_raw(struct act *act, void *context)
{
	struct raw *raw = context;
	return act_put(act, TABLE_VERSION, noun_key_span(&raw->key), buf_span(&raw->row));
}

static void read_golden(struct buf *row)
{
	scoped(buf) text = BUF(2 * ROW_MAX);
	vectors_read("golden/version_1.hex", &text);
	size_t bytes = text.len / 2;
	uint8_t *room = buf_room(row, bytes);
	cr_assert(room && !err_failed(text_parse_hex(span_first(buf_span(&text), 2 * bytes), room, bytes)));
}

/* What reads a row whose bytes were changed: one of them flipped, or the last ones cut off. */
static struct err read_raw(struct raw *raw, struct arena *arena, struct version *read)
{
	scoped(world) world = {0};
	world_make(&world, &kv_mem, FOLD);
	world_must(world_perform(
		&world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put_raw, .context = raw}));
	return find(&world, arena, read);
}

Test(version, its_golden_row_is_read_for_ever)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct raw raw = {.key = key(), .row = BUF(ROW_MAX)};
	struct version read;
	read_golden(&raw.row);
	world_must(read_raw(&raw, &arena, &read));
	check(&read);
	buf_done(&raw.row);
}

Test(version, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct raw raw = {.key = key(), .row = BUF(ROW_MAX)};
	struct version read;
	read_golden(&raw.row);
	raw.row.data[0]++;
	cr_assert(read_raw(&raw, &arena, &read).kind == ERR_CORRUPT);
	raw.row.data[0]--;
	while (raw.row.len-- > 1)
		if (raw.row.len % 16 == 0)
			cr_assert(
				read_raw(&raw, &arena, &read).kind == ERR_CORRUPT, "%zu bytes", raw.row.len);
	buf_done(&raw.row);
}
