/* SPDX-License-Identifier: Apache-2.0 */
/* Devices of people, and the lists in which they stand. */
#include "store/nouns/device_record.h"

#include "tests/support/kv_mem.h"
#include "tests/support/vectors.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 64 * 1024 };

static struct device_record phone(void)
{
	return (struct device_record){.tenant = world_tenant(1),
		.id = world_thing(1),
		.person = world_thing(2),
		.state = DEVICE_RECORD_LOST,
		.first_seen = {1795262400000},
		.last_seen = {1795266000000},
		.own_id = SPAN_LIT("phone-3"),
		.name = SPAN_LIT("Anna's phone"),
		.platform = SPAN_LIT("Android 13"),
		.model = SPAN_LIT("SM-G991B")};
}

static fallible put(struct act *act, void *context)
{
	scoped(buf) sealed = BUF(MEMORY);
	const struct device_record *record = context;
	uint8_t term[KEYS_TERM];
	TRY(device_record_seal(act->volume->keys, record, &sealed));
	TRY(device_record_term(act->volume->keys, record->tenant, record->own_id, term));
	TRY(device_record_put(act, record, buf_span(&sealed)));
	return device_record_list(act, record, term);
}

static void store(struct world *world, struct device_record *record)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = record}));
}

static struct err find(struct world *world, struct id tenant, struct id id, struct arena *arena,
	struct device_record *record)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return device_record_get(&view, tenant, id, arena, record);
}

static void check_phone(const struct device_record *record)
{
	const struct device_record want = phone();
	cr_assert(ids_equal(record->id, want.id) && ids_equal(record->person, want.person));
	cr_assert(record->state == want.state && record->first_seen.ms == want.first_seen.ms &&
		record->last_seen.ms == want.last_seen.ms);
	cr_assert(span_equal(record->own_id, want.own_id) && span_equal(record->name, want.name));
	cr_assert(span_equal(record->platform, want.platform) && span_equal(record->model, want.model));
}

Test(device_record, comes_back_as_it_was_put)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct device_record record = phone(), read;
	world_make(&world, &kv_mem, FOLD);
	store(&world, &record);
	world_must(find(&world, record.tenant, record.id, &arena, &read));
	check_phone(&read);
	cr_assert(read.version == 1);
}

Test(device_record, is_found_in_its_own_tenant_only)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct device_record record = phone(), read;
	world_make(&world, &kv_mem, FOLD);
	store(&world, &record);
	cr_assert(find(&world, world_tenant(2), record.id, &arena, &read).kind == ERR_NOT_FOUND);
	cr_assert(find(&world, record.tenant, world_thing(9), &arena, &read).kind == ERR_NOT_FOUND);
}

/* How many stand under 16 bytes. */
static size_t count_under(struct world *world, struct id tenant, struct span under)
{
	scoped(reading) reading = {0};
	struct id after = {0};
	struct err err = OK;
	size_t count = 0;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	while (device_record_next(&view, tenant, under, &after, &err))
		count++;
	world_must(err);
	return count;
}

Test(device_record, stands_under_its_person_and_under_all_who_share_it)
{
	scoped(world) world = {0};
	uint8_t term[KEYS_TERM], other[KEYS_TERM];
	struct device_record first = phone(), second = phone(), third = phone();
	second.id = world_thing(3);
	second.person = world_thing(4);
	third.id = world_thing(5);
	third.own_id = SPAN_LIT("laptop-1");
	world_make(&world, &kv_mem, FOLD);
	store(&world, &first);
	store(&world, &second);
	store(&world, &third);
	world_must(device_record_term(world.volume.keys, first.tenant, first.own_id, term));
	world_must(device_record_term(world.volume.keys, first.tenant, third.own_id, other));
	cr_assert(count_under(&world, first.tenant, SPAN_BYTES(term)) == 2, "two people share the phone");
	cr_assert(count_under(&world, first.tenant, SPAN_BYTES(other)) == 1);
	cr_assert(count_under(&world, first.tenant, id_span(&first.person)) == 2, "one person has two");
	cr_assert(count_under(&world, first.tenant, id_span(&second.person)) == 1);
	cr_assert(count_under(&world, world_tenant(2), SPAN_BYTES(term)) == 0);
}

static struct err find_raw(
	struct world *world, struct span payload, struct arena *arena, struct device_record *read)
{
	const struct device_record record = phone();
	const struct noun_key key = noun_key(record.tenant, id_span(&record.id), SPAN_NONE);
	world_put_row(world, TABLE_DEVICE_RECORD, noun_key_span(&key), payload);
	return find(world, record.tenant, record.id, arena, read);
}

Test(device_record, reads_its_golden_file_for_ever)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	scoped(buf) golden = BUF(MEMORY);
	struct device_record read;
	world_make(&world, &kv_mem, FOLD);
	vectors_read_hex("golden/device_record_1.hex", &golden);
	world_must(find_raw(&world, buf_span(&golden), &arena, &read));
	check_phone(&read);
}

Test(device_record, refuses_records_that_are_cut_or_of_another_version_or_state)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct device_record read;
	uint8_t record[36] = {1};
	world_make(&world, &kv_mem, FOLD);
	cr_assert(find_raw(&world, span_of(record, 20), &arena, &read).kind == ERR_CORRUPT);
	cr_assert(find_raw(&world, SPAN_NONE, &arena, &read).kind == ERR_CORRUPT);
	record[1] = 2;
	cr_assert(find_raw(&world, SPAN_BYTES(record), &arena, &read).kind == ERR_CORRUPT);
	record[0] = 2;
	record[1] = 0;
	cr_assert(find_raw(&world, SPAN_BYTES(record), &arena, &read).kind == ERR_CORRUPT);
}

static bool is_lost(struct world *world, struct id tenant, struct id id)
{
	bool found;
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	world_must(device_record_is_lost(&view, tenant, id, &found));
	return found;
}

Test(device_record, tells_a_lost_device_from_all_others)
{
	scoped(world) world = {0};
	struct device_record lost = phone(), known = phone();
	known.id = world_thing(7);
	known.state = DEVICE_RECORD_KNOWN;
	world_make(&world, &kv_mem, FOLD);
	store(&world, &lost);
	store(&world, &known);
	cr_assert(is_lost(&world, lost.tenant, lost.id));
	cr_assert(!is_lost(&world, known.tenant, known.id));
	cr_assert(!is_lost(&world, world_tenant(2), lost.id), "next door it is another one");
	cr_assert(!is_lost(&world, lost.tenant, (struct id){0}), "none is not lost");
}
