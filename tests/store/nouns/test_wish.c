/* SPDX-License-Identifier: Apache-2.0 */
/* test_wish - how a contact wants to be told. */
#include "store/nouns/wish.h"

#include "tests/support/fake_keys.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 64 * 1024, ROW_MAX = 8 * 1024 };

static struct wish example(void)
{
	return (struct wish){.tenant = world_tenant(1),
		.person = world_thing(1),
		.ways = {WISH_DIGEST, WISH_NONE, WISH_DIGEST, WISH_NONE},
		.digested = 20739,
		.second_address = SPAN_LIT("eva@home.example")};
}

static struct noun_key key(void)
{
	struct wish wish = example();
	return noun_key(wish.tenant, id_span(&wish.person), SPAN_NONE);
}

static fallible put(struct act *act, void *context)
{
	scoped(buf) sealed = BUF(ROW_MAX);
	TRY(wish_seal(act->volume->keys, context, &sealed));
	return wish_put(act, context, buf_span(&sealed));
}

static fallible put_digested(struct act *act, void *context)
{
	const struct wish *wish = context;
	return wish_put_digested(act, wish->tenant, wish->person, 20740);
}

static struct err run(struct world *world, fallible (*act)(struct act *, void *), struct wish wish)
{
	return world_perform(world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = act, .context = &wish});
}

static struct err find(struct world *world, struct arena *arena, struct wish *wish)
{
	scoped(reading) reading = {0};
	*wish = (struct wish){.tenant = example().tenant, .person = example().person};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return wish_get(&view, arena, wish);
}

static struct err read_example(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct wish read, want = example();
	TRY(find(world, &arena, &read));
	cr_assert(memcmp(read.ways, want.ways, sizeof want.ways) == 0 && read.digested == want.digested);
	cr_assert(span_equal(read.second_address, want.second_address) && read.row == 1);
	return OK;
}

static struct golden golden(void)
{
	return (struct golden){"golden/wish_1.hex", TABLE_WISH, key(), read_example};
}

Test(wish, reads_back_as_it_was_put)
{
	scoped(world) world = {0};
	world_make(&world, &kv_mem, FOLD);
	world_must(run(&world, put, example()));
	world_must(read_example(&world));
}

Test(wish, who_never_said_anything_is_told_of_each_use)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct wish wish;
	world_make(&world, &kv_mem, FOLD);
	world_must(find(&world, &arena, &wish));
	cr_assert(wish.ways[WISH_USES] == WISH_EACH && wish.ways[WISH_GRANTS] == WISH_NONE);
	cr_assert(wish.row == 0 && wish.second_address.len == 0);
}

Test(wish, a_digest_that_was_made_changes_nothing_else)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct wish wish;
	world_make(&world, &kv_mem, FOLD);
	cr_assert(run(&world, put_digested, example()).kind == ERR_NOT_FOUND);
	world_must(run(&world, put, example()));
	world_must(run(&world, put_digested, example()));
	world_must(find(&world, &arena, &wish));
	cr_assert(wish.digested == 20740 && span_is(wish.second_address, "eva@home.example"));
}

Test(wish, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(wish, a_row_in_another_form_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}
