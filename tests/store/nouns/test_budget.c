/* SPDX-License-Identifier: Apache-2.0 */
/* Wrong codes of one person: how many, and how long the next one waits. */
#include "store/nouns/budget.h"

#include "tests/support/kv_mem.h"
#include "tests/support/vectors.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 1024, MINUTE_MS = 60000 };

static const struct instant NOON = {1795262400000};

static struct instant later(struct instant at, int64_t ms)
{
	return (struct instant){at.ms + ms};
}

static struct budget after(unsigned wrong)
{
	struct budget budget = {.tenant = world_tenant(1), .person = world_thing(2)};
	for (unsigned i = 0; i < wrong; i++)
		budget_charge(&budget, NOON);
	return budget;
}

Test(budget, rule_e_five_wrong_codes_are_free)
{
	const struct budget none = after(0), four = after(BUDGET_FREE - 1), five = after(BUDGET_FREE);
	cr_assert(BUDGET_FREE == 5 && budget_is_open(&none, NOON) && budget_is_open(&four, NOON));
	cr_assert(!budget_is_open(&five, NOON));
	cr_assert(budget_wait_ms(&five, later(NOON, 1)) == MINUTE_MS - 1);
}

Test(budget, each_further_one_waits_twice_as_long_and_an_hour_at_most)
{
	static const int MINUTES[] = {1, 2, 4, 8, 16, 32, 60, 60};
	for (unsigned i = 0; i < sizeof MINUTES / sizeof MINUTES[0]; i++) {
		const struct budget budget = after(BUDGET_FREE + i);
		int64_t wait = (int64_t)MINUTES[i] * MINUTE_MS;
		cr_assert(!budget_is_open(&budget, later(NOON, wait - 1)), "%u", i);
		cr_assert(budget_is_open(&budget, later(NOON, wait)), "%u", i);
	}
	const struct budget many = after(BUDGET_END - 1);
	cr_assert(many.wrong == BUDGET_END - 1 && budget_is_open(&many, later(NOON, BUDGET_WAIT_MAX_MS)));
}

Test(budget, rule_e_fewer_than_five_are_forgotten_after_a_quarter_of_an_hour)
{
	struct budget early = after(BUDGET_FREE - 1), late = early;
	budget_charge(&early, later(NOON, BUDGET_FREE_MS - 1));
	budget_charge(&late, later(NOON, BUDGET_FREE_MS));
	cr_assert(early.wrong == BUDGET_FREE && late.wrong == 1);
	cr_assert(late.row == BUDGET_FREE, "but not in a row");
}

Test(budget, rule_e_a_hundred_in_a_row_close_the_lane_until_recovery_however_slowly_they_came)
{
	struct budget budget = {.tenant = world_tenant(1), .person = world_thing(2)};
	struct instant at = NOON;
	for (unsigned i = 0; i < BUDGET_END; i++) {
		cr_assert(budget_is_open(&budget, at), "%u", i);
		budget_charge(&budget, at);
		at = later(at, 2 * BUDGET_FORGOTTEN_MS);
	}
	cr_assert(budget_wait_ms(&budget, later(at, INT64_C(1000) * BUDGET_FORGOTTEN_MS)) == INT64_MAX);
	budget_clear(&budget);
	cr_assert(budget_is_open(&budget, at));
	const struct budget many = after(UINT16_MAX + 5u);
	cr_assert(many.row == UINT16_MAX && many.wrong == UINT16_MAX, "a count that is full stays full");
}

Test(budget, nobodys_lane_begins_anew_after_a_day_also_after_a_hundred)
{
	struct budget budget = {.tenant = world_tenant(1)};
	budget.person.bytes[15] = 7;
	for (unsigned i = 0; i < BUDGET_END; i++)
		budget_charge(&budget, NOON);
	cr_assert(budget_wait_ms(&budget, later(NOON, BUDGET_FORGOTTEN_MS - 1)) == INT64_MAX);
	cr_assert(budget_is_open(&budget, later(NOON, BUDGET_FORGOTTEN_MS)));
	budget_charge(&budget, later(NOON, BUDGET_FORGOTTEN_MS));
	cr_assert(budget.row == 1 && budget.wrong == 1);
}

Test(budget, a_day_without_a_wrong_code_is_a_new_beginning)
{
	struct budget early = after(40), late = after(40);
	budget_charge(&early, later(NOON, BUDGET_FORGOTTEN_MS - 1));
	budget_charge(&late, later(NOON, BUDGET_FORGOTTEN_MS));
	cr_assert(early.wrong == 41 && late.wrong == 1);
}

Test(budget, a_clock_that_goes_back_opens_nothing)
{
	const struct budget ten = after(BUDGET_FREE);
	cr_assert(!budget_is_open(&ten, later(NOON, -MINUTE_MS)));
}

/* ---- the record ---- */

static fallible put(struct act *act, void *context)
{
	return budget_put(act, context);
}

static struct err find(struct world *world, struct id tenant, struct id device, struct budget *budget)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return budget_get(&view, tenant, world_thing(2), device, budget);
}

Test(budget, is_found_in_its_own_lane_and_tenant_only)
{
	scoped(world) world = {0};
	struct budget budget = after(3), read;
	world_make(&world, &kv_mem, FOLD);
	budget.device = world_thing(7);
	world_must(world_perform(
		&world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = &budget}));
	world_must(find(&world, world_tenant(1), world_thing(7), &read));
	cr_assert(read.wrong == 3 && read.row == 3 && read.last.ms == NOON.ms &&
		ids_equal(read.device, world_thing(7)));
	cr_assert(find(&world, world_tenant(1), (struct id){0}, &read).kind == ERR_NOT_FOUND);
	cr_assert(find(&world, world_tenant(2), world_thing(7), &read).kind == ERR_NOT_FOUND);
}

static struct err find_raw(struct world *world, struct span payload, struct budget *read)
{
	const struct id tenant = world_tenant(1), person = world_thing(2), device = {0};
	const struct noun_key key = noun_key(tenant, id_span(&person), id_span(&device));
	world_put_row(world, TABLE_BUDGET, noun_key_span(&key), payload);
	return find(world, tenant, device, read);
}

Test(budget, reads_its_golden_file_for_ever)
{
	scoped(world) world = {0};
	scoped(buf) golden = BUF(MEMORY);
	struct budget read;
	world_make(&world, &kv_mem, FOLD);
	vectors_read_hex("golden/budget_1.hex", &golden);
	world_must(find_raw(&world, buf_span(&golden), &read));
	cr_assert(read.wrong == 11 && read.last.ms == NOON.ms && read.mails == 3 && read.since.ms == NOON.ms);
	cr_assert(read.row == 11, "what the first version did not count");
	buf_clear(&golden);
	vectors_read_hex("golden/budget_2.hex", &golden);
	world_must(find_raw(&world, buf_span(&golden), &read));
	cr_assert(read.wrong == 11 && read.last.ms == NOON.ms && read.mails == 3 && read.since.ms == NOON.ms);
	cr_assert(read.row == 55);
}

Test(budget, refuses_records_that_are_cut_or_of_another_version)
{
	scoped(world) world = {0};
	struct budget read;
	uint8_t record[20] = {1};
	world_make(&world, &kv_mem, FOLD);
	cr_assert(find_raw(&world, span_of(record, 19), &read).kind == ERR_CORRUPT);
	for (uint8_t version = 2; version < 5; version++) {
		record[0] = version;
		cr_assert(find_raw(&world, SPAN_BYTES(record), &read).kind == ERR_CORRUPT, "%u", version);
	}
}
