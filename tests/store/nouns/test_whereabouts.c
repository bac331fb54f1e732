/* SPDX-License-Identifier: Apache-2.0 */
/* Where people sign in from: sealed under them, a few countries each. */
#include "store/nouns/whereabouts.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { MEMORY = 64 * 1024 };

static struct whereabouts sample(void)
{
	return (struct whereabouts){.tenant = world_tenant(1),
		.person = world_thing(3),
		.items = {{{'F', 'I'}, {5000}}, {{'S', 'E'}, {6000}}},
		.count = 2};
}

static fallible put(struct act *act, void *context)
{
	const struct whereabouts *whereabouts = context;
	scoped(buf) sealed = BUF(WHEREABOUTS_SEALED_MAX);
	TRY(whereabouts_seal(act->volume->keys, whereabouts, &sealed));
	return whereabouts_put(act, whereabouts, buf_span(&sealed));
}

static fallible drop(struct act *act, void *context)
{
	const struct whereabouts *whereabouts = context;
	return whereabouts_drop(act, whereabouts->tenant, whereabouts->person);
}

static void write_with(
	struct world *world, fallible (*run)(struct act *, void *), struct whereabouts *whereabouts)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = whereabouts}));
}

static struct err find(struct world *world, struct id tenant, struct whereabouts *found)
{
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return whereabouts_read(&view, tenant, world_thing(3), &arena, found);
}

static struct err read_golden(struct world *world)
{
	struct whereabouts found;
	return find(world, world_tenant(1), &found);
}

static struct golden golden(void)
{
	const struct id tenant = world_tenant(1), person = world_thing(3);
	return (struct golden){"golden/whereabouts_1.hex", TABLE_WHEREABOUTS,
		noun_key(tenant, id_span(&person), SPAN_NONE), read_golden};
}

Test(whereabouts, are_read_back_as_they_were_put)
{
	scoped(world) world = {0};
	struct whereabouts written = sample(), found;
	world_make(&world, &kv_mem, 0);
	write_with(&world, put, &written);
	world_must(find(&world, world_tenant(1), &found));
	cr_assert(found.version > 0 && found.count == 2);
	cr_assert(memcmp(found.items, written.items, sizeof found.items) == 0);
	world_must(find(&world, world_tenant(2), &found));
	cr_assert(found.count == 0 && found.version == 0, "who was nowhere is nowhere");
	write_with(&world, drop, &written);
	write_with(&world, drop, &written);
	world_must(find(&world, world_tenant(1), &found));
	cr_assert(found.count == 0);
}

Test(whereabouts, their_golden_file_is_read_for_ever_and_never_half)
{
	const struct golden file = golden();
	golden_is_read(&file);
	golden_is_read_whole(&file);
}
