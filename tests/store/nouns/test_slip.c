/* SPDX-License-Identifier: Apache-2.0 */
/* Slips as they are kept: the text until it was read, what became of it afterwards. */
#include "store/nouns/slip.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

static struct slip sample(void)
{
	return (struct slip){.tenant = world_tenant(1),
		.id = world_thing(4),
		.to = world_thing(3),
		.from = world_thing(5),
		.from_application = true,
		.client = world_thing(6),
		.created = {5000},
		.ends = {95000},
		.day = 20000,
		.task = SPAN_LIT("T-118"),
		.sealed = SPAN_LIT("sealed-text")};
}

static fallible put(struct act *act, void *context)
{
	const struct slip *slip = context;
	scoped(buf) sealed = BUF(1024);
	TRY(slip_seal(act->volume->keys, slip, &sealed));
	return slip_put(act, slip, buf_span(&sealed));
}

static fallible read_it(struct act *act, void *context)
{
	return slip_end(act, context, SLIP_READ);
}

static fallible drop(struct act *act, void *context)
{
	return slip_drop(act, context);
}

static void run(struct world *world, fallible (*step)(struct act *, void *), struct slip *slip)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = step, .context = slip}));
}

static struct err find(struct world *world, struct id tenant, struct arena *arena, struct slip *found)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return slip_get(&view, tenant, world_thing(4), arena, found);
}

static struct err read_golden(struct world *world)
{
	struct slip found;
	scoped(arena) arena = ARENA(4096);
	TRY(find(world, world_tenant(1), &arena, &found));
	return span_is(found.task, "T-118") && span_is(found.sealed, "sealed-text") && found.ends.ms == 95000
		? OK
		: FAIL(CORRUPT, "the golden row says something else");
}

static struct golden golden(void)
{
	const struct id tenant = world_tenant(1), id = world_thing(4);
	return (struct golden){
		"golden/slip_1.hex", TABLE_SLIP, noun_key(tenant, id_span(&id), SPAN_NONE), read_golden};
}

Test(slip, is_read_back_as_it_was_put)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(4096);
	struct slip written = sample(), found;
	world_make(&world, &kv_mem, 0);
	run(&world, put, &written);
	world_must(find(&world, world_tenant(1), &arena, &found));
	cr_assert(found.state == SLIP_WAITING && found.from_application && found.day == 20000);
	cr_assert(ids_equal(found.to, written.to) && ids_equal(found.from, written.from));
	cr_assert(ids_equal(found.client, written.client));
	cr_assert(found.created.ms == 5000 && found.ends.ms == 95000 && found.ended.ms == 0);
	cr_assert(span_equal(found.sealed, written.sealed) && span_is(found.task, "T-118"));
	cr_assert(found.version > 0);
	cr_assert(find(&world, world_tenant(2), &arena, &found).kind == ERR_NOT_FOUND);
}

Test(slip, its_golden_file_is_read_for_ever_and_never_half)
{
	const struct golden file = golden();
	golden_is_read(&file);
	golden_is_read_whole(&file);
}

Test(slip, the_text_goes_with_the_reading_and_the_row_says_so)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(4096);
	struct slip written = sample(), found;
	world_make(&world, &kv_mem, 0);
	run(&world, put, &written);
	run(&world, read_it, &written);
	cr_assert(written.state == SLIP_READ && written.ended.ms > 0);
	world_must(find(&world, world_tenant(1), &arena, &found));
	cr_assert(found.state == SLIP_READ && found.ended.ms == written.ended.ms);
	cr_assert(found.sealed.len == 0 && span_is(found.task, "T-118"));
	run(&world, drop, &written);
	cr_assert(find(&world, world_tenant(1), &arena, &found).kind == ERR_NOT_FOUND);
}
