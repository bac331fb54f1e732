/* SPDX-License-Identifier: Apache-2.0 */
/* test_checkout - who holds a thing comes back, and nothing else is taken for it. */
#include "store/nouns/checkout.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000 };

static struct checkout example(void)
{
	return (struct checkout){.tenant = world_tenant(1),
		.client = world_thing(3),
		.credential = world_thing(2),
		.grant = world_thing(1),
		.person = world_thing(4),
		.since = {1795262400000},
		.until = {1795266000000}};
}

static struct noun_key key(void)
{
	struct checkout of = example();
	return noun_key(of.tenant, id_span(&of.client), id_span(&of.credential));
}

static fallible put(struct act *act, void *context)
{
	return checkout_put(act, context);
}

static fallible drop(struct act *act, void *context)
{
	return checkout_drop(act, context);
}

static struct err perform(struct world *world, fallible (*run)(struct act *act, void *context))
{
	struct checkout checkout = example();
	return world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = &checkout});
}

static struct err find(struct world *world, struct checkout *checkout)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return checkout_get(&view, world_tenant(1), world_thing(3), world_thing(2), checkout);
}

static struct err check(struct world *world)
{
	struct checkout read, want = example();
	TRY(find(world, &read));
	cr_assert(ids_equal(read.grant, want.grant) && ids_equal(read.person, want.person));
	cr_assert(ids_equal(read.credential, want.credential) && ids_equal(read.tenant, want.tenant));
	cr_assert(read.since.ms == want.since.ms && read.until.ms == want.until.ms);
	return OK;
}

Test(checkout, comes_back_as_it_was_put_and_is_gone_when_dropped)
{
	scoped(world) world = {0};
	struct checkout checkout;
	world_make(&world, &kv_mem, FOLD);
	cr_assert(find(&world, &checkout).kind == ERR_NOT_FOUND);
	world_must(perform(&world, put));
	world_must(check(&world));
	world_must(perform(&world, drop));
	cr_assert(find(&world, &checkout).kind == ERR_NOT_FOUND);
	cr_assert(perform(&world, drop).kind == ERR_NOT_FOUND);
}

static void put_one(struct world *world, struct id client, struct id credential)
{
	struct checkout checkout = example();
	checkout.client = client;
	checkout.credential = credential;
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = &checkout}));
}

Test(checkout, a_clients_are_walked_and_nobody_elses)
{
	scoped(world) world = {0};
	struct checkout checkout;
	struct id after = {0};
	struct err err;
	size_t count = 0;
	world_make(&world, &kv_mem, FOLD);
	put_one(&world, world_thing(3), world_thing(2));
	put_one(&world, world_thing(3), world_thing(3));
	put_one(&world, world_thing(9), world_thing(2));
	scoped(reading) reading = {0};
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	for (; checkout_next(&view, world_tenant(1), world_thing(3), &after, &checkout, &err); count++)
		cr_assert(ids_equal(checkout.client, world_thing(3)));
	cr_assert(!err_failed(err) && count == 2);
}

static struct golden golden(void)
{
	return (struct golden){"golden/checkout_1.hex", TABLE_CHECKOUT, key(), check};
}

Test(checkout, its_golden_row_is_read_and_written_for_ever)
{
	scoped(world) world = {0};
	const struct golden row = golden();
	golden_is_read(&row);
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put));
	golden_is_written(&world, &row);
}

Test(checkout, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}
