/* SPDX-License-Identifier: Apache-2.0 */
/* test_application - the records of applications and of tokens. */
#include "store/nouns/application.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 256 * 1024, ROW_MAX = 64 * 1024, STATE_AT = 1, KIND_AT = 1 };

static const struct instant NOON = {1795262400000};
static const uint8_t HASH[HASH_BLAKE] = "thirty-two bytes of a token hash";

static struct application example(void)
{
	struct application application = {.tenant = world_tenant(1),
		.id = world_thing(1),
		.state = APPLICATION_REVOKED,
		.scopes = 0x0105,
		.created = NOON,
		.expires = {NOON.ms + 1000},
		.name = SPAN_LIT("booking")};
	memcpy(application.token, HASH, sizeof application.token);
	return application;
}

static struct noun_key key(void)
{
	struct application application = example();
	return noun_key(application.tenant, id_span(&application.id), SPAN_NONE);
}

static fallible put(struct act *act, void *context)
{
	return application_put(act, context);
}

static struct err perform(struct world *world, fallible (*run)(struct act *act, void *context), void *context)
{
	return world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = context});
}

static struct err get(struct world *world, struct arena *arena, struct application *application)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return application_get(&view, world_tenant(1), world_thing(1), arena, application);
}

static void check(const struct application *read)
{
	const struct application want = example();
	cr_assert(ids_equal(read->tenant, want.tenant) && ids_equal(read->id, want.id));
	cr_assert(read->state == want.state && read->scopes == want.scopes);
	cr_assert(read->created.ms == NOON.ms && read->expires.ms == want.expires.ms);
	cr_assert(memcmp(read->token, HASH, sizeof read->token) == 0 && span_is(read->name, "booking"));
}

Test(application, comes_back_as_it_was_put)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct application application = example(), read;
	world_make(&world, &kv_mem, FOLD);
	cr_assert(get(&world, &arena, &read).kind == ERR_NOT_FOUND);
	world_must(perform(&world, put, &application));
	world_must(get(&world, &arena, &read));
	check(&read);
	cr_assert(read.version == 1);
}

Test(application, its_name_does_not_stand_in_clear)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	struct application application = example();
	struct row row;
	const struct noun_key name = key();
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, &application));
	world_must(reading_open(&world.volume, &reading));
	world_must(reading_get(&reading, TABLE_APPLICATION, noun_key_span(&name), &row));
	cr_assert(memmem(row.payload.at, row.payload.len, "booking", 7) == NULL);
}

static size_t walk(struct world *world, struct id tenant, struct err *err)
{
	scoped(arena) arena = ARENA(MEMORY);
	scoped(reading) reading = {0};
	struct application application;
	struct id after = {0};
	size_t count = 0;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	for (; application_next(&view, tenant, &after, &arena, &application, err); count++)
		cr_assert(ids_equal(after, application.id) && span_is(application.name, "booking"));
	return count;
}

Test(application, a_walk_meets_every_application_of_a_tenant_once)
{
	scoped(world) world = {0};
	struct err err;
	struct application application = example();
	world_make(&world, &kv_mem, FOLD);
	for (unsigned i = 0; i < 9; i++) {
		application.id = world_thing(i);
		application.tenant = world_tenant(i % 3 ? 1 : 2);
		world_must(perform(&world, put, &application));
	}
	cr_assert(walk(&world, world_tenant(1), &err) == 6 && !err_failed(err));
	cr_assert(walk(&world, world_tenant(2), &err) == 3 && !err_failed(err));
	cr_assert(walk(&world, world_tenant(3), &err) == 0 && !err_failed(err));
}

Test(application, a_walk_stops_at_a_row_that_is_damaged_and_says_so)
{
	const struct noun_key name = noun_key(world_tenant(1), SPAN_LIT("no id"), SPAN_NONE);
	scoped(world) world = {0};
	struct err err;
	world_make(&world, &kv_mem, FOLD);
	world_put_row(&world, TABLE_APPLICATION, noun_key_span(&name), SPAN_LIT("?"));
	walk(&world, world_tenant(1), &err);
	cr_assert(err.kind == ERR_CORRUPT);
}

/* ---- its golden row ---- */

static struct err read_row(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct application read;
	TRY(get(world, &arena, &read));
	check(&read);
	return OK;
}

static struct golden golden(void)
{
	return (struct golden){"golden/application_1.hex", TABLE_APPLICATION, key(), read_row};
}

Test(application, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(application, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}

Test(application, a_state_that_no_version_knows_is_corrupt)
{
	const struct noun_key name = key();
	scoped(buf) payload = BUF(ROW_MAX);
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct application read;
	world_make(&world, &kv_mem, FOLD);
	vectors_read_hex("golden/application_1.hex", &payload);
	payload.data[STATE_AT] = APPLICATION_REVOKED + 1;
	world_put_row(&world, TABLE_APPLICATION, noun_key_span(&name), buf_span(&payload));
	cr_assert(get(&world, &arena, &read).kind == ERR_CORRUPT);
}

/* ---- tokens ---- */

static struct token example_token(void)
{
	return (struct token){.kind = TOKEN_PERSON,
		.tenant = world_tenant(1),
		.owner = world_thing(4),
		.id = world_thing(5),
		.expires = {NOON.ms + 5},
		.revoked = true};
}

static fallible put_token(struct act *act, void *context)
{
	return token_put(act, HASH, context);
}

static struct err get_token(struct world *world, const uint8_t hash[static HASH_BLAKE], struct token *token)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return token_get(&view, hash, token);
}

static struct err read_token(struct world *world)
{
	struct token read;
	const struct token want = example_token();
	TRY(get_token(world, HASH, &read));
	cr_assert(read.kind == want.kind && read.revoked && read.expires.ms == want.expires.ms);
	cr_assert(ids_equal(read.tenant, want.tenant) && ids_equal(read.owner, want.owner) &&
		ids_equal(read.id, want.id));
	return OK;
}

static struct golden golden_token(void)
{
	struct golden golden = {"golden/token_1.hex", TABLE_TOKEN, {.len = HASH_BLAKE}, read_token};
	memcpy(golden.key.bytes, HASH, HASH_BLAKE);
	return golden;
}

Test(application, a_token_is_found_by_its_hash_alone_and_written_as_its_golden_row)
{
	scoped(world) world = {0};
	struct token token = example_token(), read;
	uint8_t other[HASH_BLAKE];
	const struct golden row = golden_token();
	world_make(&world, &kv_mem, FOLD);
	cr_assert(get_token(&world, HASH, &read).kind == ERR_NOT_FOUND);
	world_must(perform(&world, put_token, &token));
	world_must(read_token(&world));
	golden_is_written(&world, &row);
	memcpy(other, HASH, sizeof other);
	other[31] ^= 1;
	cr_assert(get_token(&world, other, &read).kind == ERR_NOT_FOUND);
}

Test(application, the_golden_row_of_a_token_is_read_for_ever_and_never_half)
{
	const struct golden row = golden_token();
	golden_is_read(&row);
	golden_is_read_whole(&row);
}

Test(application, a_token_of_a_kind_that_no_version_knows_is_corrupt)
{
	scoped(buf) payload = BUF(ROW_MAX);
	scoped(world) world = {0};
	struct token read;
	world_make(&world, &kv_mem, FOLD);
	vectors_read_hex("golden/token_1.hex", &payload);
	payload.data[KIND_AT] = TOKEN_SESSION + 1;
	world_put_row(&world, TABLE_TOKEN, SPAN_BYTES(HASH), buf_span(&payload));
	cr_assert(get_token(&world, HASH, &read).kind == ERR_CORRUPT);
}
