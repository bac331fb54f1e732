/* SPDX-License-Identifier: Apache-2.0 */
/* test_signin - of all policies that apply to a person the strictest counts. */
#include "policies/signin.h"

#include <criterion/criterion.h>

enum { DAY_MS = 24 * 60 * 60 * 1000 };

static const struct instant NOON = {1795262400000};
static const enum roles_factor EMAIL = ROLES_FACTOR_EMAIL, TOTP = ROLES_FACTOR_TOTP;

static struct signin fold(const struct signin_policy *a, enum roles_factor least_a,
	const struct signin_policy *b, enum roles_factor least_b, const struct signin_facts *facts)
{
	struct signin signin = signin_start();
	signin_add(&signin, a, least_a, facts);
	signin_add(&signin, b, least_b, facts);
	signin_finish(&signin);
	return signin;
}

static struct signin alone(const struct signin_policy *policy, enum roles_factor least, bool is_action)
{
	const struct signin_facts facts = {
		.now = NOON, .is_action = is_action, .action_type = SPAN_LIT("pay")};
	const struct signin_policy nothing = signin_default();
	return fold(policy, least, &nothing, EMAIL, &facts);
}

static struct signin from(const struct signin_policy *policy, const char *country)
{
	struct signin_facts facts = {.now = NOON};
	const struct signin_policy nothing = signin_default();
	memcpy(facts.country, country, strlen(country) + 1);
	return fold(policy, EMAIL, &nothing, EMAIL, &facts);
}

static struct signin_policy in_finland(enum signin_answer elsewhere)
{
	struct signin_policy policy = signin_default();
	cr_assert(countries_add(&policy.countries, SPAN_LIT("FI")));
	policy.elsewhere = elsewhere;
	return policy;
}

Test(signin, nobody_set_anything_asks_for_a_mailed_code_of_eight_digits)
{
	const struct signin_policy nothing = signin_default();
	struct signin signin = alone(&nothing, EMAIL, false);
	cr_assert(signin.least == EMAIL && signin.code_digits == 8 && signin.remember_days == 30);
	cr_assert(
		!signin.step_up && signin.flags == 0 && signin.refused == REASON_NONE && signin.notice == 0);
	cr_assert(signin_remembers(&signin, 0) && signin_remembers(&signin, 49) &&
		!signin_remembers(&signin, 50));
}

Test(signin, a_role_that_asks_for_an_authenticator_waits_until_the_person_has_one)
{
	const struct signin_policy nothing = signin_default();
	struct signin signin = alone(&nothing, TOTP, false);
	cr_assert(signin.least == TOTP && signin_lets_weaker(&signin, (struct instant){INT64_MAX - 1}));
}

Test(signin, a_policy_that_asks_for_an_authenticator_does_not_wait)
{
	struct signin_policy policy = signin_default();
	policy.login = TOTP;
	struct signin signin = alone(&policy, EMAIL, false);
	cr_assert(signin.least == TOTP && !signin_lets_weaker(&signin, NOON));
}

Test(signin, a_grace_ends_at_its_very_millisecond)
{
	struct signin_policy policy = signin_default();
	policy.login = TOTP;
	policy.grace_until = NOON;
	struct signin signin = alone(&policy, EMAIL, false);
	cr_assert(signin_lets_weaker(&signin, (struct instant){NOON.ms - 1}));
	cr_assert(!signin_lets_weaker(&signin, NOON));
}

Test(signin, a_grace_also_ends_the_waiting_of_a_role)
{
	struct signin_policy policy = signin_default();
	policy.grace_until = NOON;
	struct signin signin = alone(&policy, TOTP, false);
	cr_assert(signin.least == TOTP && !signin_lets_weaker(&signin, NOON));
	signin = alone(&policy, EMAIL, false);
	cr_assert(signin.least == EMAIL && signin_lets_weaker(&signin, NOON),
		"nothing is asked that could end");
}

Test(signin, of_two_graces_the_first_to_end_counts)
{
	const struct signin_facts facts = {.now = NOON};
	struct signin_policy a = signin_default(), b = signin_default();
	a.grace_until = (struct instant){NOON.ms + DAY_MS};
	b.login = TOTP;
	b.grace_until = (struct instant){NOON.ms + 2 * (int64_t)DAY_MS};
	struct signin signin = fold(&a, TOTP, &b, EMAIL, &facts);
	cr_assert(signin.grace.ms == a.grace_until.ms);
	b.grace_until.ms = 0;
	signin = fold(&a, TOTP, &b, EMAIL, &facts);
	cr_assert(!signin_lets_weaker(&signin, NOON), "one policy has none");
}

Test(signin, an_action_asks_for_as_much_as_a_login_at_least)
{
	struct signin_policy policy = signin_default();
	policy.action = TOTP;
	cr_assert(alone(&policy, EMAIL, false).least == EMAIL);
	cr_assert(alone(&policy, EMAIL, true).least == TOTP);
	policy.action = EMAIL;
	policy.login = TOTP;
	cr_assert(alone(&policy, EMAIL, true).least == TOTP);
}

Test(signin, one_kind_of_action_may_ask_for_more_than_others)
{
	struct signin_policy policy = signin_default();
	policy.totp_actions[policy.totp_action_count++] = SPAN_LIT("pay");
	cr_assert(alone(&policy, EMAIL, true).least == TOTP);
	cr_assert(alone(&policy, EMAIL, false).least == EMAIL, "it is no action");
	policy.totp_actions[0] = SPAN_LIT("payday");
	cr_assert(alone(&policy, EMAIL, true).least == EMAIL, "it is another one");
}

Test(signin, numbers_are_the_strictest_of_those_that_were_set)
{
	const struct signin_facts facts = {.now = NOON};
	struct signin_policy a = signin_default(), b = signin_default();
	a.code_digits = 6;
	cr_assert(alone(&a, EMAIL, false).code_digits == 6, "what is not set asks for nothing");
	b.code_digits = 7;
	a.remember_days = 7;
	b.remember_days = 0;
	a.step_up_at = 80;
	b.step_up_at = 20;
	a.deny_at = 95;
	a.notice = 3;
	b.notice = 2;
	struct signin signin = fold(&a, EMAIL, &b, EMAIL, &facts);
	cr_assert(signin.code_digits == 7 && signin.remember_days == 0 && signin.step_up_at == 20);
	cr_assert(signin.deny_at == 95 && signin.notice == 3);
	cr_assert(!signin_remembers(&signin, 0), "no device is remembered");
}

Test(signin, another_country_is_flagged_steps_up_or_lets_nobody_in)
{
	struct signin_policy policy = in_finland(SIGNIN_FLAG);
	struct signin signin = from(&policy, "SE");
	cr_assert(signin.flags == SIGNIN_OTHER_COUNTRY && !signin.step_up && signin.refused == REASON_NONE);
	policy = in_finland(SIGNIN_STEP_UP);
	signin = from(&policy, "SE");
	cr_assert(signin.flags == SIGNIN_OTHER_COUNTRY && signin.step_up && signin.refused == REASON_NONE);
	cr_assert(!signin_remembers(&signin, 0), "a remembered device is not enough there");
	policy = in_finland(SIGNIN_DENY);
	cr_assert(from(&policy, "SE").refused == REASON_OTHER_COUNTRY);
}

Test(signin, an_expected_or_unknown_country_is_nothing_to_say)
{
	const struct signin_policy policy = in_finland(SIGNIN_DENY);
	struct signin at_home = from(&policy, "FI"), nowhere = from(&policy, "");
	cr_assert(at_home.flags == 0 && at_home.refused == REASON_NONE && !at_home.step_up);
	cr_assert(nowhere.flags == 0 && nowhere.refused == REASON_NONE && !nowhere.step_up);
}

/* ---- when ---- */

static struct signin_policy from_eight_to_six(enum signin_answer outside)
{
	struct signin_policy policy = signin_default();
	policy.hours = (struct signin_hours){.days = 31,
		.from = 8 * 60,
		.to = 18 * 60,
		.rule = SPAN_LIT("EET-2EEST,M3.5.0/3,M10.5.0/4"),
		.outside = outside};
	return policy;
}

/* 2026-11-21 is a Saturday; so many hours after its midnight in UTC. */
static struct signin at_hour(const struct signin_policy *policy, int hour)
{
	const struct signin_facts facts = {.now = {1795219200000 + hour * (int64_t)3600000}};
	const struct signin_policy nothing = signin_default();
	return fold(policy, EMAIL, &nothing, EMAIL, &facts);
}

static bool is_outside(const struct signin_policy *policy, int hour)
{
	return at_hour(policy, hour).flags & SIGNIN_OUTSIDE_HOURS;
}

Test(signin, working_hours_are_those_of_the_zone_and_of_its_days)
{
	const struct signin_policy policy = from_eight_to_six(SIGNIN_FLAG);
	cr_assert(is_outside(&policy, 10), "Saturday at noon in Helsinki");
	cr_assert(is_outside(&policy, 2 * 24 + 5), "Monday at seven");
	cr_assert(!is_outside(&policy, 2 * 24 + 6), "Monday at eight");
	cr_assert(!is_outside(&policy, 2 * 24 + 15), "Monday at five in the afternoon");
	cr_assert(is_outside(&policy, 2 * 24 + 16), "Monday at six");
}

Test(signin, hours_over_midnight_belong_to_the_day_of_their_beginning)
{
	struct signin_policy policy = from_eight_to_six(SIGNIN_FLAG);
	policy.hours.days = 1u << 4; /* Friday */
	policy.hours.from = 22 * 60;
	policy.hours.to = 6 * 60;
	cr_assert(is_outside(&policy, -5), "Friday at nine in the evening");
	cr_assert(!is_outside(&policy, -4) && !is_outside(&policy, 3), "from ten to five the next morning");
	cr_assert(is_outside(&policy, 4), "Saturday at six");
	cr_assert(is_outside(&policy, 20), "Saturday at ten in the evening");
}

Test(signin, hours_are_a_signal_and_never_a_wall)
{
	struct signin_policy policy = from_eight_to_six(SIGNIN_FLAG);
	struct signin signin = at_hour(&policy, 0);
	cr_assert(signin.flags == SIGNIN_OUTSIDE_HOURS && !signin.step_up && signin.refused == REASON_NONE);
	policy = from_eight_to_six(SIGNIN_STEP_UP);
	signin = at_hour(&policy, 0);
	cr_assert(signin.step_up && signin.refused == REASON_NONE);
	policy.hours.rule = SPAN_LIT("nonsense");
	cr_assert(at_hour(&policy, 0).flags == 0, "a rule that can't be read says nothing");
}

Test(signin, days_have_names)
{
	unsigned day;
	cr_assert(
		signin_day_find(SPAN_LIT("sun"), &day) && day == 6 && strcmp(signin_day_name(0), "mon") == 0);
	cr_assert(!signin_day_find(SPAN_LIT("Sun"), &day) && !signin_day_find(SPAN_NONE, &day));
}

Test(signin, of_waits_before_a_reset_the_longest_counts_and_of_numbers_a_year_the_least)
{
	const struct signin_facts facts = {.now = NOON};
	struct signin_policy a = signin_default(), b = signin_default();
	struct signin nothing = fold(&a, EMAIL, &b, EMAIL, &facts);
	cr_assert(
		nothing.reset_wait_hours == 24 && nothing.resets_a_year == 5 && nothing.helpdesk_a_year == 12,
		"what is not set is safe");
	a.reset_wait_hours = 4;
	b.reset_wait_hours = 72;
	a.resets_a_year = 9;
	b.helpdesk_a_year = 0;
	struct signin both = fold(&a, EMAIL, &b, EMAIL, &facts);
	cr_assert(both.reset_wait_hours == 72 && both.resets_a_year == 9 && both.helpdesk_a_year == 0);
	b.resets_a_year = 2;
	cr_assert(fold(&a, EMAIL, &b, EMAIL, &facts).resets_a_year == 2);
}
