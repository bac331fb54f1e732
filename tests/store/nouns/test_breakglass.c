/* SPDX-License-Identifier: Apache-2.0 */
/* Emergencies as they are kept. */
#include "store/nouns/breakglass.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

static struct breakglass sample(void)
{
	return (struct breakglass){.tenant = world_tenant(1),
		.id = world_thing(4),
		.state = BREAKGLASS_CLOSED,
		.overdue = true,
		.credential = world_thing(3),
		.client = world_thing(5),
		.requester = world_thing(6),
		.custodian = world_thing(7),
		.grant = world_thing(8),
		.created = {5000},
		.until = {95000},
		.closed = {9000},
		.uses = 3,
		.reason = SPAN_LIT("the shop has to be stopped tonight")};
}

static fallible add(struct act *act, void *context)
{
	const struct breakglass *breakglass = context;
	scoped(buf) sealed = BUF(1024);
	TRY(breakglass_seal(act->volume->keys, breakglass, &sealed));
	return breakglass_add(act, breakglass, buf_span(&sealed));
}

static fallible change(struct act *act, void *context)
{
	return breakglass_change(act, context);
}

static void run(struct world *world, fallible (*step)(struct act *, void *), struct breakglass *breakglass)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = step, .context = breakglass}));
}

static struct err find(struct world *world, struct id tenant, struct arena *arena, struct breakglass *found)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return breakglass_get(&view, tenant, world_thing(4), arena, found);
}

static struct err read_golden(struct world *world)
{
	struct breakglass found;
	scoped(arena) arena = ARENA(4096);
	TRY(find(world, world_tenant(1), &arena, &found));
	return span_is(found.reason, "the shop has to be stopped tonight") && found.uses == 3 && found.overdue
		? OK
		: FAIL(CORRUPT, "the golden row says something else");
}

static struct golden golden(void)
{
	const struct id tenant = world_tenant(1), id = world_thing(4);
	return (struct golden){"golden/breakglass_1.hex", TABLE_BREAKGLASS,
		noun_key(tenant, id_span(&id), SPAN_NONE), read_golden};
}

Test(breakglass, is_read_back_as_it_was_put)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(4096);
	struct breakglass written = sample(), found;
	world_make(&world, &kv_mem, 0);
	run(&world, add, &written);
	world_must(find(&world, world_tenant(1), &arena, &found));
	cr_assert(found.state == BREAKGLASS_CLOSED && found.verdict == BREAKGLASS_NONE && found.overdue);
	cr_assert(ids_equal(found.credential, written.credential) && ids_equal(found.client, written.client));
	cr_assert(ids_equal(found.requester, written.requester) && ids_equal(found.grant, written.grant));
	cr_assert(ids_equal(found.custodian, written.custodian) && ids_is_none(found.reviewer));
	cr_assert(found.created.ms == 5000 && found.until.ms == 95000 && found.closed.ms == 9000);
	cr_assert(span_equal(found.reason, written.reason) && found.uses == 3);
	cr_assert(find(&world, world_tenant(2), &arena, &found).kind == ERR_NOT_FOUND);
}

Test(breakglass, its_golden_file_is_read_for_ever_and_never_half)
{
	const struct golden file = golden();
	golden_is_read(&file);
	golden_is_read_whole(&file);
}

Test(breakglass, a_change_keeps_the_reason)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(8192);
	scoped(reading) reading = {0};
	struct breakglass written = sample(), found;
	struct id after = {0};
	struct err err = OK;
	world_make(&world, &kv_mem, 0);
	run(&world, add, &written);
	written.state = BREAKGLASS_REVIEWED;
	written.verdict = BREAKGLASS_UNJUSTIFIED;
	written.reviewer = world_thing(9);
	written.reason = SPAN_NONE;
	run(&world, change, &written);
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	cr_assert(breakglass_next(&view, world_tenant(1), &after, &arena, &found, &err));
	cr_assert(found.state == BREAKGLASS_REVIEWED && found.verdict == BREAKGLASS_UNJUSTIFIED);
	cr_assert(ids_equal(found.reviewer, world_thing(9)));
	cr_assert(span_is(found.reason, "the shop has to be stopped tonight"));
	cr_assert(!breakglass_next(&view, world_tenant(1), &after, &arena, &found, &err));
	world_must(err);
}
