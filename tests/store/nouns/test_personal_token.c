/* SPDX-License-Identifier: Apache-2.0 */
/* Personal tokens, found by their id. */
#include "store/nouns/personal_token.h"

#include "tests/support/kv_mem.h"
#include "tests/support/vectors.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 64 * 1024 };

static struct personal_token laptop(void)
{
	struct personal_token token = {.tenant = world_tenant(1),
		.id = world_thing(1),
		.person = world_thing(2),
		.created = {1795262400000},
		.expires = {1803038400000},
		.revoked = true,
		.name = SPAN_LIT("laptop")};
	memset(token.hash, 9, sizeof token.hash);
	return token;
}

static fallible put(struct act *act, void *context)
{
	scoped(buf) sealed = BUF(MEMORY);
	const struct personal_token *token = context;
	TRY(personal_token_seal(act->volume->keys, token, &sealed));
	return personal_token_put(act, token, buf_span(&sealed));
}

static void store(struct world *world, struct personal_token *token)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = token}));
}

static struct err find(struct world *world, struct id tenant, struct id id, struct arena *arena,
	struct personal_token *token)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return personal_token_get(&view, tenant, id, arena, token);
}

static void check_laptop(const struct personal_token *token)
{
	const struct personal_token want = laptop();
	cr_assert(ids_equal(token->id, want.id) && ids_equal(token->person, want.person));
	cr_assert(token->created.ms == want.created.ms && token->expires.ms == want.expires.ms &&
		token->revoked);
	cr_assert(memcmp(token->hash, want.hash, sizeof want.hash) == 0 && span_is(token->name, "laptop"));
}

Test(personal_token, comes_back_as_it_was_put)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct personal_token token = laptop(), read;
	world_make(&world, &kv_mem, FOLD);
	store(&world, &token);
	world_must(find(&world, token.tenant, token.id, &arena, &read));
	check_laptop(&read);
	cr_assert(read.version == 1);
}

Test(personal_token, is_found_in_its_own_tenant_only)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct personal_token token = laptop(), read;
	world_make(&world, &kv_mem, FOLD);
	store(&world, &token);
	cr_assert(find(&world, world_tenant(2), token.id, &arena, &read).kind == ERR_NOT_FOUND);
	cr_assert(find(&world, token.tenant, world_thing(3), &arena, &read).kind == ERR_NOT_FOUND);
}

static struct err find_raw(
	struct world *world, struct span payload, struct arena *arena, struct personal_token *read)
{
	const struct personal_token token = laptop();
	const struct noun_key key = noun_key(token.tenant, id_span(&token.id), SPAN_NONE);
	world_put_row(world, TABLE_PERSONAL_TOKEN, noun_key_span(&key), payload);
	return find(world, token.tenant, token.id, arena, read);
}

Test(personal_token, reads_its_golden_file_for_ever)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	scoped(buf) golden = BUF(MEMORY);
	struct personal_token read;
	world_make(&world, &kv_mem, FOLD);
	vectors_read_hex("golden/personal_token_1.hex", &golden);
	world_must(find_raw(&world, buf_span(&golden), &arena, &read));
	check_laptop(&read);
}

Test(personal_token, refuses_records_that_are_cut_or_of_another_version)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct personal_token read;
	uint8_t record[70] = {1};
	world_make(&world, &kv_mem, FOLD);
	cr_assert(find_raw(&world, span_of(record, 40), &arena, &read).kind == ERR_CORRUPT);
	cr_assert(find_raw(&world, SPAN_NONE, &arena, &read).kind == ERR_CORRUPT);
	record[0] = 2;
	cr_assert(find_raw(&world, SPAN_BYTES(record), &arena, &read).kind == ERR_CORRUPT);
}
