/* SPDX-License-Identifier: Apache-2.0 */
/* Deposits as they are kept: a key, then what was handed in, then nothing but what became of it. */
#include "store/nouns/deposit.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

static struct deposit sample(void)
{
	return (struct deposit){.tenant = world_tenant(1),
		.id = world_thing(4),
		.kind = CREDENTIAL_LOGIN,
		.fields = DEPOSIT_USERNAME | 1u << CREDENTIAL_PASSWORD,
		.modes_max = MODE_BIT(CODE) | MODE_BIT(INJECT),
		.tries = 2,
		.client = world_thing(3),
		.opener = world_thing(5),
		.created = {5000},
		.ends = {95000},
		.words = {7, 8, 9},
		.day = 20000,
		.ask = SPAN_LIT("Web shop"),
		.url = SPAN_LIT("https://shop.example"),
		.secret = SPAN_LIT("sealed-key")};
}

static fallible add(struct act *act, void *context)
{
	const struct deposit *deposit = context;
	scoped(buf) sealed = BUF(1024);
	TRY(deposit_seal(act->volume->keys, deposit, &sealed));
	return deposit_add(act, deposit, buf_span(&sealed));
}

static fallible change(struct act *act, void *context)
{
	return deposit_change(act, context);
}

static fallible drop(struct act *act, void *context)
{
	return deposit_drop(act, context);
}

static void run(struct world *world, fallible (*step)(struct act *, void *), struct deposit *deposit)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = step, .context = deposit}));
}

static struct err find(struct world *world, struct id tenant, struct arena *arena, struct deposit *found)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return deposit_get(&view, tenant, world_thing(4), arena, found);
}

static struct err read_golden(struct world *world)
{
	struct deposit found;
	scoped(arena) arena = ARENA(4096);
	TRY(find(world, world_tenant(1), &arena, &found));
	return span_is(found.ask, "Web shop") && span_is(found.secret, "sealed-key") && found.tries == 2
		? OK
		: FAIL(CORRUPT, "the golden row says something else");
}

static struct golden golden(void)
{
	const struct id tenant = world_tenant(1), id = world_thing(4);
	return (struct golden){"golden/deposit_1.hex", TABLE_DEPOSIT,
		noun_key(tenant, id_span(&id), SPAN_NONE), read_golden};
}

Test(deposit, is_read_back_as_it_was_put)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(4096);
	struct deposit written = sample(), found;
	world_make(&world, &kv_mem, 0);
	run(&world, add, &written);
	world_must(find(&world, world_tenant(1), &arena, &found));
	cr_assert(found.state == DEPOSIT_OPEN && found.kind == CREDENTIAL_LOGIN && found.tries == 2);
	cr_assert(found.fields == written.fields && found.modes_max == written.modes_max);
	cr_assert(ids_equal(found.client, written.client) && ids_equal(found.opener, written.opener));
	cr_assert(!found.opened_by_software && ids_is_none(found.decider) && ids_is_none(found.credential));
	cr_assert(found.created.ms == 5000 && found.ends.ms == 95000 && found.ended.ms == 0);
	cr_assert(memcmp(found.words, written.words, sizeof found.words) == 0 && found.day == 20000);
	cr_assert(span_is(found.ask, "Web shop") && span_is(found.url, "https://shop.example"));
	cr_assert(span_is(found.secret, "sealed-key"));
	cr_assert(find(&world, world_tenant(2), &arena, &found).kind == ERR_NOT_FOUND);
}

Test(deposit, its_golden_file_is_read_for_ever_and_never_half)
{
	const struct golden file = golden();
	golden_is_read(&file);
	golden_is_read_whole(&file);
}

Test(deposit, its_tenant_is_found_by_the_id_alone_until_it_is_dropped)
{
	scoped(world) world = {0};
	struct deposit written = sample();
	struct id tenant;
	world_make(&world, &kv_mem, 0);
	run(&world, add, &written);
	scoped(reading) before = {0}, after = {0};
	world_must(reading_open(&world.volume, &before));
	struct view view = view_reading(&before);
	world_must(deposit_find_tenant(&view, written.id, &tenant));
	cr_assert(ids_equal(tenant, world_tenant(1)));
	cr_assert(deposit_find_tenant(&view, world_thing(5), &tenant).kind == ERR_NOT_FOUND);
	reading_done(&before);
	before = (struct reading){0};
	run(&world, drop, &written);
	world_must(reading_open(&world.volume, &after));
	view = view_reading(&after);
	cr_assert(deposit_find_tenant(&view, written.id, &tenant).kind == ERR_NOT_FOUND);
}

Test(deposit, a_change_keeps_the_sealed_texts_and_takes_the_rest)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(4096);
	struct deposit written = sample(), found;
	world_make(&world, &kv_mem, 0);
	run(&world, add, &written);
	written.state = DEPOSIT_ACCEPTED;
	written.credential = world_thing(9);
	written.decider = world_thing(8);
	written.secret = SPAN_NONE;
	written.ask = SPAN_LIT("is not written");
	run(&world, change, &written);
	world_must(find(&world, world_tenant(1), &arena, &found));
	cr_assert(found.state == DEPOSIT_ACCEPTED && found.secret.len == 0);
	cr_assert(ids_equal(found.credential, world_thing(9)) && ids_equal(found.decider, world_thing(8)));
	cr_assert(span_is(found.ask, "Web shop"));
}

Test(deposit, a_tenants_list_has_its_own_alone)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(8192);
	scoped(reading) reading = {0};
	struct deposit one = sample(), other = sample(), found;
	struct id after = {0};
	struct err err = OK;
	size_t count = 0;
	other.id = world_thing(6);
	other.tenant = world_tenant(2);
	world_make(&world, &kv_mem, 0);
	run(&world, add, &one);
	run(&world, add, &other);
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	for (; deposit_next(&view, world_tenant(1), &after, &arena, &found, &err); count++)
		cr_assert(ids_equal(found.id, one.id));
	world_must(err);
	cr_assert(count == 1);
}
