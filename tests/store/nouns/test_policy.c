/* SPDX-License-Identifier: Apache-2.0 */
/* test_policy - records of what people who sign in are asked for. */
#include "store/nouns/policy.h"

#include "tests/support/fake_keys.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 256 * 1024 };

static const struct instant NOON = {1795262400000};

static struct policy example(void)
{
	struct policy policy = {.name = SPAN_LIT("night-desk"), .rules = signin_default()};
	struct signin_policy *rules = &policy.rules;
	rules->login = rules->action = ROLES_FACTOR_TOTP;
	rules->grace_until = NOON;
	rules->code_digits = 7;
	rules->remember_days = 14;
	rules->step_up_at = 40;
	rules->deny_at = 90;
	rules->strict_clock = true;
	rules->notice = 3;
	rules->hours = (struct signin_hours){.days = 31,
		.from = 8 * 60,
		.to = 18 * 60,
		.zone = SPAN_LIT("Europe/Helsinki"),
		.rule = SPAN_LIT("EET-2EEST,M3.5.0/3,M10.5.0/4"),
		.outside = SIGNIN_STEP_UP};
	cr_assert(countries_add(&rules->countries, SPAN_LIT("FI")) &&
		countries_add(&rules->countries, SPAN_LIT("SE")));
	rules->elsewhere = SIGNIN_DENY;
	rules->totp_actions[rules->totp_action_count++] = SPAN_LIT("payment.send");
	rules->totp_actions[rules->totp_action_count++] = SPAN_LIT("use");
	return policy;
}

static struct policy rescuing(void)
{
	struct policy policy = example();
	policy.rules.reset_wait_hours = 48;
	policy.rules.resets_a_year = 2;
	policy.rules.helpdesk_a_year = 0;
	return policy;
}

static fallible put(struct act *act, void *context)
{
	return policy_put(act, world_tenant(1), context);
}

static void put_policy(struct world *world, struct policy *policy)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = policy}));
}

static void is_same(const struct signin_policy *a, const struct signin_policy *b)
{
	cr_assert(a->login == b->login && a->action == b->action && a->grace_until.ms == b->grace_until.ms);
	cr_assert(a->code_digits == b->code_digits && a->remember_days == b->remember_days);
	cr_assert(a->step_up_at == b->step_up_at && a->deny_at == b->deny_at && a->notice == b->notice);
	cr_assert(a->strict_clock == b->strict_clock && a->elsewhere == b->elsewhere);
	cr_assert(a->hours.days == b->hours.days && a->hours.from == b->hours.from &&
		a->hours.to == b->hours.to);
	cr_assert(a->hours.outside == b->hours.outside && span_equal(a->hours.zone, b->hours.zone));
	cr_assert(span_equal(a->hours.rule, b->hours.rule) && a->countries.count == b->countries.count);
	cr_assert(memcmp(a->countries.at, b->countries.at, a->countries.count * COUNTRIES_CODE) == 0);
	cr_assert(a->reset_wait_hours == b->reset_wait_hours && a->resets_a_year == b->resets_a_year);
	cr_assert(a->helpdesk_a_year == b->helpdesk_a_year);
	cr_assert(a->totp_action_count == b->totp_action_count);
	for (size_t i = 0; i < a->totp_action_count; i++)
		cr_assert(span_equal(a->totp_actions[i], b->totp_actions[i]));
}

static struct err read_as(struct world *world, const struct policy *want)
{
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct policy read;
	TRY(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(policy_get(&view, world_tenant(1), want->name, &arena, &read));
	is_same(&read.rules, &want->rules);
	return OK;
}

/* What is told of rescues was not set in the first version. */
static struct err read_first(struct world *world)
{
	const struct policy want = example();
	return read_as(world, &want);
}

static struct err read_example(struct world *world)
{
	const struct policy want = rescuing();
	return read_as(world, &want);
}

static struct golden first(void)
{
	return (struct golden){"golden/policy_1.hex", TABLE_POLICY,
		noun_key(world_tenant(1), example().name, SPAN_NONE), read_first};
}

static struct golden golden(void)
{
	return (struct golden){"golden/policy_2.hex", TABLE_POLICY,
		noun_key(world_tenant(1), example().name, SPAN_NONE), read_example};
}

Test(policy, reads_back_as_it_was_put)
{
	scoped(world) world = {0};
	struct policy policy = rescuing();
	const struct golden row = golden();
	world_make(&world, &kv_mem, FOLD);
	put_policy(&world, &policy);
	world_must(read_example(&world));
	golden_is_written(&world, &row);
}

Test(policy, its_golden_row_is_read_for_ever)
{
	const struct golden row = golden(), before = first();
	golden_is_read(&row);
	golden_is_read(&before);
}

Test(policy, a_row_in_another_form_is_never_half_read)
{
	const struct golden row = golden(), before = first();
	golden_is_read_whole(&row);
	golden_is_read_whole(&before);
}

Test(policy, nobody_set_asks_for_nothing)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct policy read;
	const struct signin_policy nothing = signin_default();
	world_make(&world, &kv_mem, FOLD);
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	world_must(policy_get(&view, world_tenant(1), SPAN_LIT("everyone"), &arena, &read));
	is_same(&read.rules, &nothing);
	cr_assert(read.version == 0);
}

Test(policy, those_of_a_tenant_are_walked_by_name_and_no_others)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct policy second = example(), first = example(), read;
	struct span at = SPAN_NONE;
	struct err err;
	first.name = SPAN_LIT("everyone");
	world_make(&world, &kv_mem, FOLD);
	put_policy(&world, &second);
	put_policy(&world, &first);
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	cr_assert(policy_next(&view, world_tenant(1), &at, &arena, &read, &err) &&
		span_is(read.name, "everyone"));
	cr_assert(policy_next(&view, world_tenant(1), &at, &arena, &read, &err) &&
		span_is(read.name, "night-desk"));
	cr_assert(!policy_next(&view, world_tenant(1), &at, &arena, &read, &err) && !err_failed(err));
	at = SPAN_NONE;
	cr_assert(!policy_next(&view, world_tenant(2), &at, &arena, &read, &err) && !err_failed(err));
}
