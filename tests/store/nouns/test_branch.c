/* SPDX-License-Identifier: Apache-2.0 */
/* test_branch - names of branches, and the branch that an event has from its client. */
#include "store/nouns/branch.h"

#include "store/nouns/client.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 64 * 1024 };

static struct err perform(struct world *world, fallible (*run)(struct act *act, void *context), void *context)
{
	return world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = context});
}

struct naming {
	unsigned tenant, thing;
	const char *name;
};

static fallible put(struct act *act, void *context)
{
	const struct naming *naming = context;
	return branch_put(
		act, world_tenant(naming->tenant), world_thing(naming->thing), span_text(naming->name));
}

static struct err find(struct world *world, unsigned tenant, const char *name, struct id *id)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return branch_find(&view, world_tenant(tenant), span_text(name), id);
}

static struct err get(
	struct world *world, unsigned tenant, struct id id, struct arena *arena, struct span *name)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return branch_get(&view, world_tenant(tenant), id, arena, name);
}

Test(branch, is_found_by_its_name_and_named_by_its_id)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct naming buda = {1, 1, "buda"};
	struct span name;
	struct id id;
	world_make(&world, &kv_mem, FOLD);
	cr_assert(find(&world, 1, "buda", &id).kind == ERR_NOT_FOUND);
	world_must(perform(&world, put, &buda));
	world_must(find(&world, 1, "buda", &id));
	cr_assert(ids_equal(id, world_thing(1)));
	world_must(get(&world, 1, id, &arena, &name));
	cr_assert(span_is(name, "buda"));
}

Test(branch, is_nobody_elses_and_none_has_no_name)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct naming buda = {1, 1, "buda"};
	struct span name;
	struct id id;
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, &buda));
	cr_assert(find(&world, 2, "buda", &id).kind == ERR_NOT_FOUND);
	cr_assert(find(&world, 1, "Buda", &id).kind == ERR_NOT_FOUND);
	world_must(get(&world, 2, world_thing(1), &arena, &name));
	cr_assert(name.len == 0);
	world_must(get(&world, 1, (struct id){0}, &arena, &name));
	cr_assert(name.len == 0);
}

Test(branch, a_name_is_given_once_in_a_tenant)
{
	scoped(world) world = {0};
	struct naming buda = {1, 1, "buda"}, again = {1, 2, "buda"}, other = {2, 2, "buda"};
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, &buda));
	cr_assert(perform(&world, put, &again).code == CODE_REF_TAKEN);
	world_must(perform(&world, put, &other));
}

Test(branch, its_name_does_not_stand_in_clear)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	struct naming buda = {1, 1, "buda-castle-hill"};
	struct row row;
	struct id id = world_thing(1);
	struct noun_key key = noun_key(world_tenant(1), id_span(&id), SPAN_NONE);
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, &buda));
	world_must(reading_open(&world.volume, &reading));
	world_must(reading_get(&reading, TABLE_BRANCH, noun_key_span(&key), &row));
	cr_assert(memmem(row.payload.at, row.payload.len, "castle", 6) == NULL);
}

/* ---- from the client ---- */

static fallible put_client(struct act *act, void *context)
{
	const struct client *client = context;
	scoped(buf) sealed = BUF(MEMORY);
	TRY(client_seal(act->volume->keys, client, &sealed));
	return client_put(act, client, buf_span(&sealed));
}

static struct err give(struct world *world, struct id ids[static LEAF_ID_COUNT])
{
	scoped(reading) reading = {0};
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return client_give_branch(&view, world_tenant(1), ids);
}

Test(branch, an_event_has_its_clients_branch_when_it_has_none_of_its_own)
{
	scoped(world) world = {0};
	struct client client = {.tenant = world_tenant(1),
		.id = world_thing(1),
		.branch = world_thing(7),
		.name = SPAN_LIT("P")};
	struct id of_client[LEAF_ID_COUNT] = {[LEAF_ID_CLIENT] = client.id};
	struct id own[LEAF_ID_COUNT] = {[LEAF_ID_CLIENT] = client.id, [LEAF_ID_BRANCH] = world_thing(8)};
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put_client, &client));
	world_must(give(&world, of_client));
	cr_assert(ids_equal(of_client[LEAF_ID_BRANCH], world_thing(7)));
	world_must(give(&world, own));
	cr_assert(ids_equal(own[LEAF_ID_BRANCH], world_thing(8)));
}

Test(branch, an_event_of_no_client_or_of_one_who_is_gone_has_none)
{
	scoped(world) world = {0};
	struct id none[LEAF_ID_COUNT] = {0}, gone[LEAF_ID_COUNT] = {[LEAF_ID_CLIENT] = world_thing(3)};
	world_make(&world, &kv_mem, FOLD);
	world_must(give(&world, none));
	world_must(give(&world, gone));
	cr_assert(ids_is_none(none[LEAF_ID_BRANCH]) && ids_is_none(gone[LEAF_ID_BRANCH]));
}

/* ---- its golden row ---- */

static struct err read_row(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct span name;
	TRY(get(world, 1, world_thing(1), &arena, &name));
	cr_assert(span_is(name, "buda"));
	return OK;
}

static struct golden golden(void)
{
	struct id id = world_thing(1);
	return (struct golden){"golden/branch_1.hex", TABLE_BRANCH,
		noun_key(world_tenant(1), id_span(&id), SPAN_NONE), read_row};
}

Test(branch, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden();
	golden_is_read(&row);
}

Test(branch, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}
