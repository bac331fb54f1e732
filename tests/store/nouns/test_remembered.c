/* SPDX-License-Identifier: Apache-2.0 */
/* Remembered devices as they are kept: a nonce, the one before it, and a day that no turn moves. */
#include "store/nouns/remembered.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

static struct remembered sample(void)
{
	return (struct remembered){.tenant = world_tenant(1),
		.id = world_thing(4),
		.person = world_thing(3),
		.application = world_thing(5),
		.device = world_thing(6),
		.issued = {5000},
		.expires = {90000},
		.turned = {60000},
		.turns = 7,
		.nonce = {1, 2, 3},
		.before = {9, 8, 7}};
}

static fallible add(struct act *act, void *context)
{
	return remembered_add(act, context);
}

static fallible drop(struct act *act, void *context)
{
	return remembered_drop(act, context);
}

static void write_with(
	struct world *world, fallible (*run)(struct act *, void *), struct remembered *remembered)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = remembered}));
}

static struct err find(struct world *world, struct id tenant, struct remembered *found)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return remembered_get(&view, tenant, world_thing(4), found);
}

static struct err read_golden(struct world *world)
{
	struct remembered found;
	return find(world, world_tenant(1), &found);
}

static size_t count(struct world *world, struct id person)
{
	scoped(reading) reading = {0};
	struct remembered found;
	struct id at = {0};
	struct err err = OK;
	size_t count = 0;
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	while (remembered_next(&view, world_tenant(1), person, &at, &found, &err))
		count++;
	world_must(err);
	return count;
}

Test(remembered, is_read_back_as_it_was_put_and_as_its_golden_file)
{
	scoped(world) world = {0};
	struct remembered written = sample(), found;
	world_make(&world, &kv_mem, 0);
	write_with(&world, add, &written);
	world_must(find(&world, world_tenant(1), &found));
	cr_assert(found.version > 0);
	written.version = found.version;
	cr_assert(memcmp(&found, &written, sizeof found) == 0);
	cr_assert(find(&world, world_tenant(2), &found).kind == ERR_NOT_FOUND);
	const struct golden golden = {"golden/remembered_1.hex", TABLE_REMEMBERED,
		noun_key(written.tenant, id_span(&written.id), SPAN_NONE), read_golden};
	golden_is_written(&world, &golden);
}

Test(remembered, its_golden_file_is_read_for_ever_and_never_half)
{
	const struct id tenant = world_tenant(1), id = world_thing(4);
	const struct golden golden = {"golden/remembered_1.hex", TABLE_REMEMBERED,
		noun_key(tenant, id_span(&id), SPAN_NONE), read_golden};
	golden_is_read(&golden);
	golden_is_read_whole(&golden);
}

Test(remembered, a_persons_list_has_what_was_added_and_not_what_was_dropped)
{
	scoped(world) world = {0};
	struct remembered one = sample(), other = sample(), found;
	other.id = world_thing(8);
	world_make(&world, &kv_mem, 0);
	write_with(&world, add, &one);
	write_with(&world, add, &other);
	cr_assert(count(&world, one.person) == 2 && count(&world, world_thing(7)) == 0);
	write_with(&world, drop, &one);
	cr_assert(count(&world, one.person) == 1);
	cr_assert(find(&world, world_tenant(1), &found).kind == ERR_NOT_FOUND);
}

Test(remembered, rule_l_a_turn_keeps_the_secret_before_it_and_moves_no_end)
{
	struct remembered remembered = sample();
	const uint8_t nonce[REMEMBERED_NONCE] = {42};
	remembered_turn(&remembered, nonce, (struct instant){70000});
	cr_assert(remembered.nonce[0] == 42 && remembered.before[0] == 1 && remembered.turns == 8);
	cr_assert(remembered.expires.ms == 90000 && remembered.issued.ms == 5000);
	cr_assert(remembered_is_fresh(&remembered, (struct instant){70000 + REMEMBERED_GRACE_MS - 1}));
	cr_assert(!remembered_is_fresh(&remembered, (struct instant){70000 + REMEMBERED_GRACE_MS}));
}
