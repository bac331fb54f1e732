/* SPDX-License-Identifier: Apache-2.0 */
/* test_tenant - the record of a business. */
#include "store/nouns/tenant.h"

#include "tests/support/fake_keys.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 256 * 1024, ROW_MAX = 64 * 1024, LANGUAGE_AT = 9 };

static const struct instant NOON = {1795262400000};

static struct tenant example(void)
{
	return (struct tenant){.id = world_tenant(1),
		.created = NOON,
		.language = LANGUAGE_FI,
		.use_needs_login = true,
		.demo = false,
		.vouched = false,
		.origin = SPAN_LIT("muniment.test/ten_1"),
		.name = SPAN_LIT("Koivu Palvelut"),
		.time_zone = SPAN_LIT("Europe/Helsinki"),
		.security_contact = SPAN_LIT("turva@example.org")};
}

static struct noun_key key(void)
{
	return noun_key(world_tenant(1), SPAN_NONE, SPAN_NONE);
}

static fallible put(struct act *act, void *context)
{
	return tenant_put(act, context);
}

static fallible vouch(struct act *act, void *context)
{
	const struct tenant *tenant = context;
	return tenant_vouch(act, tenant->id);
}

static struct err perform(
	struct world *world, fallible (*run)(struct act *act, void *context), struct tenant tenant)
{
	return world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = &tenant});
}

static struct err get(struct world *world, struct arena *arena, struct tenant *tenant)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return tenant_get(&view, world_tenant(1), arena, tenant);
}

static void check(const struct tenant *read)
{
	const struct tenant want = example();
	cr_assert(ids_equal(read->id, want.id) && read->created.ms == NOON.ms);
	cr_assert(read->language == want.language && read->use_needs_login && !read->demo && !read->vouched);
	cr_assert(span_equal(read->origin, want.origin) && span_equal(read->name, want.name));
	cr_assert(span_equal(read->time_zone, want.time_zone) &&
		span_equal(read->security_contact, want.security_contact));
}

Test(tenant, comes_back_as_it_was_put)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct tenant read;
	world_make(&world, &kv_mem, FOLD);
	cr_assert(get(&world, &arena, &read).kind == ERR_NOT_FOUND);
	world_must(perform(&world, put, example()));
	world_must(get(&world, &arena, &read));
	check(&read);
	cr_assert(read.version == 1);
}

Test(tenant, its_flags_do_not_stand_for_each_other)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	world_make(&world, &kv_mem, FOLD);
	for (unsigned bits = 0; bits < 8; bits++) {
		struct tenant tenant = example(), read;
		tenant.use_needs_login = bits & 1;
		tenant.demo = bits & 2;
		tenant.vouched = bits & 4;
		world_must(perform(&world, put, tenant));
		world_must(get(&world, &arena, &read));
		cr_assert(read.use_needs_login == tenant.use_needs_login && read.demo == tenant.demo &&
			read.vouched == tenant.vouched);
	}
}

Test(tenant, once_somebody_was_vouched_for_it_stays_so)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct tenant read;
	world_make(&world, &kv_mem, FOLD);
	cr_assert(perform(&world, vouch, example()).kind == ERR_NOT_FOUND);
	world_must(perform(&world, put, example()));
	world_must(perform(&world, vouch, example()));
	world_must(get(&world, &arena, &read));
	cr_assert(read.vouched && read.version == 2 && span_is(read.name, "Koivu Palvelut"));
	world_must(perform(&world, vouch, example()));
	world_must(get(&world, &arena, &read));
	cr_assert(read.vouched && read.version == 2, "there is nothing to write");
}

Test(tenant, all_but_the_origin_of_its_log_is_sealed)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	struct row row;
	const struct noun_key name = key();
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, example()));
	world_must(reading_open(&world.volume, &reading));
	world_must(reading_get(&reading, TABLE_TENANT, noun_key_span(&name), &row));
	cr_assert(memmem(row.payload.at, row.payload.len, "Koivu", 5) == NULL);
	cr_assert(memmem(row.payload.at, row.payload.len, "turva", 5) == NULL);
	cr_assert(memmem(row.payload.at, row.payload.len, "muniment.test", 13) != NULL);
}

Test(tenant, without_its_key_it_is_not_there)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct keys keys = fake_keys_gone();
	struct tenant read;
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, example()));
	world.volume.keys = &keys;
	cr_assert(get(&world, &arena, &read).kind == ERR_NOT_FOUND);
}

Test(tenant, an_arena_without_room_is_said_so)
{
	scoped(world) world = {0};
	struct tenant read;
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, example()));
	for (size_t room = 1; room < 64; room++) {
		scoped(arena) arena = ARENA(room);
		struct err err = get(&world, &arena, &read);
		cr_assert(!err_failed(err) || err.kind == ERR_NO_MEMORY, "%zu bytes: %s", room, err.why);
	}
}

/* ---- its golden row ---- */

static struct err read_row(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct tenant read;
	TRY(get(world, &arena, &read));
	check(&read);
	return OK;
}

static struct golden golden(void)
{
	return (struct golden){"golden/tenant_1.hex", TABLE_TENANT, key(), read_row};
}

Test(tenant, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(tenant, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}

Test(tenant, a_language_that_no_version_knows_is_corrupt)
{
	const struct noun_key name = key();
	scoped(buf) payload = BUF(ROW_MAX);
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct tenant read;
	world_make(&world, &kv_mem, FOLD);
	vectors_read_hex("golden/tenant_1.hex", &payload);
	payload.data[LANGUAGE_AT] = LANGUAGE_COUNT;
	world_put_row(&world, TABLE_TENANT, noun_key_span(&name), buf_span(&payload));
	cr_assert(get(&world, &arena, &read).kind == ERR_CORRUPT);
}
