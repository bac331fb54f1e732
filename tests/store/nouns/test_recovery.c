/* SPDX-License-Identifier: Apache-2.0 */
/* Recovery codes as they are kept: hashes, what was used, and the year's count. */
#include "store/nouns/recovery.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

static const struct instant NOON = {1795262400000}; /* 21 November 2026 */
static const int64_t YEAR_MS = INT64_C(366) * 86400000;

static struct recovery sample(void)
{
	struct recovery recovery = {.tenant = world_tenant(1),
		.person = world_thing(3),
		.id = world_thing(9),
		.made = {5000},
		.proven = true,
		.year = 2026,
		.uses = 4};
	for (uint8_t i = 0; i < RECOVERY_CODES; i++)
		recovery.codes[i].hash[0] = (uint8_t)(i + 1);
	recovery.codes[2].used = (struct instant){6000};
	return recovery;
}

static fallible put(struct act *act, void *context)
{
	return recovery_put(act, context);
}

static fallible drop(struct act *act, void *context)
{
	return recovery_drop(act, context);
}

static void write_with(struct world *world, fallible (*run)(struct act *, void *), struct recovery *recovery)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = recovery}));
}

static struct err find(struct world *world, struct id tenant, struct recovery *found)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return recovery_get(&view, tenant, world_thing(3), found);
}

static struct err read_golden(struct world *world)
{
	struct recovery found;
	return find(world, world_tenant(1), &found);
}

Test(recovery, is_read_back_as_it_was_put_and_as_its_golden_file)
{
	scoped(world) world = {0};
	struct recovery written = sample(), found;
	world_make(&world, &kv_mem, 0);
	write_with(&world, put, &written);
	world_must(find(&world, world_tenant(1), &found));
	cr_assert(ids_equal(found.id, written.id) && found.made.ms == 5000 && found.proven &&
		found.version > 0);
	cr_assert(found.year == 2026 && found.uses == 4 && recovery_left(&found) == RECOVERY_CODES - 1);
	cr_assert(memcmp(found.codes, written.codes, sizeof found.codes) == 0);
	cr_assert(find(&world, world_tenant(2), &found).kind == ERR_NOT_FOUND);
	const struct golden golden = {"golden/recovery_1.hex", TABLE_RECOVERY,
		noun_key(written.tenant, id_span(&written.person), SPAN_NONE), read_golden};
	golden_is_written(&world, &golden);
	write_with(&world, drop, &written);
	cr_assert(find(&world, world_tenant(1), &found).kind == ERR_NOT_FOUND);
}

Test(recovery, its_golden_file_is_read_for_ever_and_never_half)
{
	const struct id tenant = world_tenant(1), person = world_thing(3);
	const struct golden golden = {"golden/recovery_1.hex", TABLE_RECOVERY,
		noun_key(tenant, id_span(&person), SPAN_NONE), read_golden};
	golden_is_read(&golden);
	golden_is_read_whole(&golden);
}

Test(recovery, a_code_is_found_by_its_whole_hash_used_or_not)
{
	struct recovery recovery = sample();
	uint8_t hash[HASH_BLAKE] = {10};
	cr_assert(recovery_match(&recovery, hash) == &recovery.codes[9]);
	hash[0] = 3;
	cr_assert(recovery_match(&recovery, hash) == &recovery.codes[2], "also one that was used");
	hash[HASH_BLAKE - 1] = 1;
	cr_assert(!recovery_match(&recovery, hash));
}

Test(recovery, uses_are_counted_in_the_year_of_the_use)
{
	struct recovery recovery = sample();
	cr_assert(recovery_uses(&recovery, NOON) == 4);
	recovery_use(&recovery, &recovery.codes[0], NOON);
	cr_assert(recovery_uses(&recovery, NOON) == 5 && recovery.codes[0].used.ms == NOON.ms);
	cr_assert(recovery_left(&recovery) == RECOVERY_CODES - 2);
	const struct instant next = {NOON.ms + YEAR_MS};
	cr_assert(recovery_uses(&recovery, next) == 0);
	recovery_use(&recovery, &recovery.codes[1], next);
	cr_assert(recovery.year == 2027 && recovery.uses == 1);
	recovery.uses = UINT16_MAX;
	recovery_use(&recovery, &recovery.codes[3], next);
	cr_assert(recovery.uses == UINT16_MAX, "a count that is full stays full");
}
