/* SPDX-License-Identifier: Apache-2.0 */
/* test_vault_rules_row - the row of what a tenant asks of every grant. */
#include "store/nouns/vault_rules_row.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 64 * 1024 };

static struct vault_rules_row example(void)
{
	return (struct vault_rules_row){.tenant = world_tenant(1),
		.rules = {.mandate_required = true,
			.nda_required = true,
			.nda_version = 2,
			.grant_days = 30,
			.purposes_denied = {SPAN_LIT("kirjanpi"), SPAN_LIT("payroll")},
			.purpose_count = 2}};
}

static fallible put(struct act *act, void *context)
{
	return vault_rules_row_put(act, context);
}

static fallible check_still(struct act *act, void *context)
{
	return vault_rules_row_still(act, context);
}

static struct err perform(
	struct world *world, fallible (*run)(struct act *act, void *context), struct vault_rules_row *row)
{
	return world_perform(world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = row});
}

static struct err read_into(struct world *world, struct arena *arena, struct vault_rules_row *row)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	return vault_rules_row_get(&view, world_tenant(1), arena, row);
}

static struct err read_row(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct vault_rules_row row;
	TRY(read_into(world, &arena, &row));
	const struct vault_rules *rules = &row.rules;
	cr_assert(rules->mandate_required && rules->nda_required && rules->nda_version == 2);
	cr_assert(rules->grant_days == 30 && rules->purpose_count == 2 && row.version != 0);
	cr_assert(span_is(rules->purposes_denied[0], "kirjanpi"));
	cr_assert(span_is(rules->purposes_denied[1], "payroll"));
	return OK;
}

static struct golden golden(void)
{
	const struct id tenant = world_tenant(1);
	return (struct golden){"golden/vault_rules_1.hex", TABLE_VAULT_RULES,
		noun_key(tenant, SPAN_NONE, SPAN_NONE), read_row};
}

Test(vault_rules_row, who_never_set_any_asks_for_nothing)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct vault_rules_row row;
	world_make(&world, &kv_mem, FOLD);
	world_must(read_into(&world, &arena, &row));
	cr_assert(!row.rules.mandate_required && !row.rules.nda_required && row.rules.purpose_count == 0);
	cr_assert(row.rules.grant_days == VAULT_RULES_DAYS && row.version == 0);
}

Test(vault_rules_row, its_golden_row_is_read_for_ever_and_written_the_same)
{
	const struct golden row = golden();
	scoped(world) world = {0};
	struct vault_rules_row rules = example();
	golden_is_read(&row);
	world_make(&world, &kv_mem, FOLD);
	world_must(perform(&world, put, &rules));
	golden_is_written(&world, &row);
}

Test(vault_rules_row, a_row_cut_short_or_of_another_version_is_never_half_read)
{
	const struct golden row = golden();
	golden_is_read_whole(&row);
}

Test(vault_rules_row, an_act_that_rests_on_other_rules_is_stale)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct vault_rules_row unset, rules = example(), set;
	world_make(&world, &kv_mem, FOLD);
	world_must(read_into(&world, &arena, &unset));
	world_must(perform(&world, check_still, &unset));
	world_must(perform(&world, put, &rules));
	cr_assert(perform(&world, check_still, &unset).code == CODE_STALE);
	world_must(read_into(&world, &arena, &set));
	world_must(perform(&world, check_still, &set));
}
