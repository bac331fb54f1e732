/* SPDX-License-Identifier: Apache-2.0 */
/* Takeouts as they are kept. */
#include "store/nouns/takeout.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

static struct takeout sample(void)
{
	return (struct takeout){.tenant = world_tenant(1),
		.id = world_thing(4),
		.client = world_thing(5),
		.state = TAKEOUT_TAKEN,
		.format = TAKEOUT_KEEPASS,
		.requester = world_thing(6),
		.decider = world_thing(7),
		.created = {5000},
		.until = {95000},
		.ended = {9000},
		.count = 3,
		.recipient = {1, 2, 3},
		.bytes = 700,
		.sha256 = {9, 8, 7},
		.purpose = SPAN_LIT("the client moves to a manager of her own")};
}

static fallible add(struct act *act, void *context)
{
	const struct takeout *takeout = context;
	scoped(buf) sealed = BUF(1024);
	TRY(takeout_seal(act->volume->keys, takeout, &sealed));
	return takeout_add(act, takeout, buf_span(&sealed));
}

static fallible change(struct act *act, void *context)
{
	return takeout_change(act, context);
}

static void run(struct world *world, fallible (*step)(struct act *, void *), struct takeout *takeout)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = step, .context = takeout}));
}

static struct err find(struct world *world, struct id tenant, struct arena *arena, struct takeout *found)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return takeout_get(&view, tenant, world_thing(4), arena, found);
}

static struct err read_golden(struct world *world)
{
	struct takeout found;
	scoped(arena) arena = ARENA(4096);
	TRY(find(world, world_tenant(1), &arena, &found));
	return span_is(found.purpose, "the client moves to a manager of her own") && found.count == 3 &&
			found.bytes == 700 && found.recipient[2] == 3 && found.sha256[2] == 7
		? OK
		: FAIL(CORRUPT, "the golden row says something else");
}

static struct golden golden(void)
{
	const struct id tenant = world_tenant(1), id = world_thing(4);
	return (struct golden){"golden/takeout_1.hex", TABLE_TAKEOUT,
		noun_key(tenant, id_span(&id), SPAN_NONE), read_golden};
}

Test(takeout, is_read_back_as_it_was_put)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(4096);
	struct takeout written = sample(), found;
	world_make(&world, &kv_mem, 0);
	run(&world, add, &written);
	world_must(find(&world, world_tenant(1), &arena, &found));
	cr_assert(found.state == TAKEOUT_TAKEN && found.format == TAKEOUT_KEEPASS && found.count == 3);
	cr_assert(ids_equal(found.client, written.client) && ids_equal(found.requester, written.requester));
	cr_assert(ids_equal(found.decider, written.decider) && found.bytes == 700);
	cr_assert(found.created.ms == 5000 && found.until.ms == 95000 && found.ended.ms == 9000);
	cr_assert(memcmp(found.recipient, written.recipient, sizeof found.recipient) == 0);
	cr_assert(memcmp(found.sha256, written.sha256, sizeof found.sha256) == 0);
	cr_assert(span_equal(found.purpose, written.purpose));
	cr_assert(find(&world, world_tenant(2), &arena, &found).kind == ERR_NOT_FOUND);
}

Test(takeout, its_golden_file_is_read_for_ever_and_never_half)
{
	const struct golden file = golden();
	golden_is_read(&file);
	golden_is_read_whole(&file);
}

Test(takeout, a_change_keeps_the_purpose)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(8192);
	scoped(reading) reading = {0};
	struct takeout written = sample(), found;
	struct id after = {0};
	struct err err = OK;
	world_make(&world, &kv_mem, 0);
	run(&world, add, &written);
	written.state = TAKEOUT_LAPSED;
	written.purpose = SPAN_NONE;
	run(&world, change, &written);
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	cr_assert(takeout_next(&view, world_tenant(1), &after, &arena, &found, &err));
	cr_assert(found.state == TAKEOUT_LAPSED);
	cr_assert(span_is(found.purpose, "the client moves to a manager of her own"));
	cr_assert(!takeout_next(&view, world_tenant(1), &after, &arena, &found, &err));
	world_must(err);
}

Test(takeout, is_open_while_it_waits_and_in_its_time_alone)
{
	struct takeout takeout = sample();
	cr_assert(!takeout_is_open(&takeout, (struct instant){6000}), "it was taken");
	takeout.state = TAKEOUT_APPROVED;
	cr_assert(takeout_is_open(&takeout, (struct instant){94999}));
	cr_assert(!takeout_is_open(&takeout, (struct instant){95000}));
	takeout.state = TAKEOUT_REQUESTED;
	cr_assert(takeout_is_open(&takeout, (struct instant){6000}));
}

Test(takeout, formats_are_known_by_their_words)
{
	enum takeout_format format = TAKEOUT_BITWARDEN;
	cr_assert(takeout_format_find(SPAN_LIT("keepass-xml"), &format) && format == TAKEOUT_KEEPASS);
	cr_assert(!takeout_format_find(SPAN_LIT("csv"), &format) && format == TAKEOUT_KEEPASS);
	cr_assert(!strcmp(takeout_format_name(TAKEOUT_BITWARDEN), "bitwarden-json"));
}
