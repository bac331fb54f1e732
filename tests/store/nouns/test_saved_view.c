/* SPDX-License-Identifier: Apache-2.0 */
/* test_saved_view - what somebody looks for, under a name. */
#include "store/nouns/saved_view.h"

#include "tests/support/fake_keys.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 64 * 1024, ROW_MAX = 8 * 1024 };

static struct saved_view example(void)
{
	return (struct saved_view){.tenant = world_tenant(1),
		.owner = world_thing(2),
		.term = {1, 2, 3},
		.by = world_thing(2),
		.at = {1760640000000},
		.name = SPAN_LIT("Exporte der Woche"),
		.query = SPAN_LIT("class=export&from=-7d")};
}

static fallible put(struct act *act, void *context)
{
	scoped(buf) sealed = BUF(ROW_MAX);
	TRY(saved_view_seal(act->volume->keys, context, &sealed));
	return saved_view_put(act, context, buf_span(&sealed));
}

static fallible drop_all(struct act *act, void *context)
{
	const struct saved_view *saved = context;
	return saved_view_drop_all(act, saved->tenant, saved->owner);
}

static struct err run(struct world *world, fallible (*act)(struct act *, void *), struct saved_view saved)
{
	return world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = act, .context = &saved});
}

static struct err find(struct world *world, struct arena *arena, struct saved_view *saved)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return saved_view_get(&view, arena, saved);
}

static size_t count(struct world *world, struct id owner)
{
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct saved_view saved = {.tenant = example().tenant, .owner = owner};
	struct err err = OK;
	size_t found = 0;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	while (saved_view_next(&view, &arena, &saved, &err))
		found++;
	world_must(err);
	return found;
}

static struct err read_example(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	const struct saved_view want = example();
	struct saved_view read = {.tenant = want.tenant, .owner = want.owner, .term = {1, 2, 3}};
	TRY(find(world, &arena, &read));
	cr_assert(ids_equal(read.by, want.by) && read.at.ms == want.at.ms, "who, when");
	cr_assert(span_equal(read.name, want.name) && span_equal(read.query, want.query), "what");
	return OK;
}

static struct golden golden(void)
{
	const struct saved_view saved = example();
	return (struct golden){"golden/saved_view_1.hex", TABLE_SAVED_VIEW,
		noun_key(saved.tenant, id_span(&saved.owner), SPAN_BYTES(saved.term)), read_example};
}

Test(saved_view, reads_back_as_it_was_put)
{
	scoped(world) world = {0};
	world_make(&world, &kv_mem, FOLD);
	world_must(run(&world, put, example()));
	world_must(read_example(&world));
}

Test(saved_view, each_owner_has_a_list_of_their_own_and_all_of_a_persons_go_at_once)
{
	scoped(world) world = {0};
	struct saved_view other = example(), shared = example();
	other.term[0] = 9;
	shared.owner = (struct id){0};
	world_make(&world, &kv_mem, FOLD);
	world_must(run(&world, put, example()));
	world_must(run(&world, put, other));
	world_must(run(&world, put, shared));
	cr_assert(count(&world, example().owner) == 2 && count(&world, shared.owner) == 1, "two and one");
	cr_assert(count(&world, world_thing(7)) == 0, "somebody else's");
	world_must(run(&world, drop_all, example()));
	cr_assert(count(&world, example().owner) == 0 && count(&world, shared.owner) == 1, "none and one");
}

Test(saved_view, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(saved_view, a_row_in_another_form_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}
