/* SPDX-License-Identifier: Apache-2.0 */
/* signin - fold policies, the strictest of each. */
#include "policies/signin.h"

#include "base/zone_rule.h"

static const char *const ANSWERS[] = {
	[SIGNIN_FLAG] = "flag", [SIGNIN_STEP_UP] = "step_up", [SIGNIN_DENY] = "deny"};

static const char *const DAYS[SIGNIN_WEEKDAYS] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* Unless a policy says something else. */
enum { STEP_UP_AT = 50, RESET_WAIT_HOURS = 24, RESETS_A_YEAR = 5, HELPDESK_A_YEAR = 12 };

struct signin_policy signin_default(void)
{
	return (struct signin_policy){.remember_days = SIGNIN_REMEMBER_DAYS_MOST,
		.step_up_at = SIGNIN_UNSET,
		.resets_a_year = SIGNIN_UNSET,
		.helpdesk_a_year = SIGNIN_UNSET};
}

struct signin signin_start(void)
{
	return (struct signin){.grace = {INT64_MAX},
		.remember_days = SIGNIN_REMEMBER_DAYS_MOST,
		.step_up_at = SIGNIN_UNSET,
		.resets_a_year = SIGNIN_UNSET,
		.helpdesk_a_year = SIGNIN_UNSET};
}

/* ---- factors ---- */

static bool is_totp_action(const struct signin_policy *policy, struct span type)
{
	for (size_t i = 0; i < policy->totp_action_count; i++)
		if (span_equal(policy->totp_actions[i], type))
			return true;
	return false;
}

static enum roles_factor asked_of(const struct signin_policy *policy, const struct signin_facts *facts)
{
	if (policy->login == ROLES_FACTOR_TOTP || !facts->is_action)
		return policy->login;
	return is_totp_action(policy, facts->action_type) ? ROLES_FACTOR_TOTP : policy->action;
}

/* A role that asks for an authenticator lets nobody be locked out on the first day: it waits, unless its policy says
 * until when. What a policy asks for holds at once, or from the end of its grace on. */
static void add_factor(struct signin *signin, const struct signin_policy *policy,
	enum roles_factor role_least, const struct signin_facts *facts)
{
	enum roles_factor asked = asked_of(policy, facts);
	int64_t grace_ms = asked == ROLES_FACTOR_EMAIL ? INT64_MAX : 0;
	if (asked == ROLES_FACTOR_EMAIL && role_least == ROLES_FACTOR_EMAIL)
		return;
	if (policy->grace_until.ms)
		grace_ms = policy->grace_until.ms;
	signin->least = ROLES_FACTOR_TOTP;
	if (grace_ms < signin->grace.ms)
		signin->grace.ms = grace_ms;
}

/* ---- where ---- */

static bool is_expected(const struct signin_policy *policy, const char *country)
{
	return policy->countries.count == 0 || countries_has(&policy->countries, country);
}

static void add_place(
	struct signin *signin, const struct signin_policy *policy, const struct signin_facts *facts)
{
	if (!facts->country[0] || is_expected(policy, facts->country))
		return;
	signin->flags |= SIGNIN_OTHER_COUNTRY;
	signin->step_up = signin->step_up || policy->elsewhere == SIGNIN_STEP_UP;
	if (policy->elsewhere == SIGNIN_DENY)
		signin->refused = REASON_OTHER_COUNTRY;
}

/* ---- when ---- */

static bool has_day(const struct signin_hours *hours, unsigned weekday)
{
	return hours->days >> weekday & 1;
}

/* Hours that begin and end at the same minute are whole days. */
static bool is_within(const struct signin_hours *hours, const struct zone_time *time)
{
	unsigned yesterday = (time->weekday + SIGNIN_WEEKDAYS - 1) % SIGNIN_WEEKDAYS;
	bool begun = time->minute >= hours->from, ended = time->minute >= hours->to;
	if (hours->from < hours->to)
		return has_day(hours, time->weekday) && begun && !ended;
	return (has_day(hours, time->weekday) && begun) || (has_day(hours, yesterday) && !ended);
}

/* A rule that can't be read says nothing: hours are a signal, and never a wall. */
static void add_time(
	struct signin *signin, const struct signin_policy *policy, const struct signin_facts *facts)
{
	struct zone_time time;
	const struct signin_hours *hours = &policy->hours;
	if (hours->days == 0 || err_failed(zone_rule_read(hours->rule, facts->now, &time)) ||
		is_within(hours, &time))
		return;
	signin->flags |= SIGNIN_OUTSIDE_HOURS;
	signin->step_up = signin->step_up || hours->outside == SIGNIN_STEP_UP;
}

/* ---- all of it ---- */

static uint8_t lesser(uint8_t a, uint8_t b)
{
	return a < b ? a : b;
}

static void add_numbers(struct signin *signin, const struct signin_policy *policy)
{
	if (policy->code_digits > signin->code_digits)
		signin->code_digits = policy->code_digits;
	signin->remember_days = lesser(signin->remember_days, policy->remember_days);
	signin->step_up_at = lesser(signin->step_up_at, policy->step_up_at);
	if (policy->deny_at && (!signin->deny_at || policy->deny_at < signin->deny_at))
		signin->deny_at = policy->deny_at;
	if (policy->notice > signin->notice)
		signin->notice = policy->notice;
	signin->strict_clock = signin->strict_clock || policy->strict_clock;
	if (policy->reset_wait_hours > signin->reset_wait_hours)
		signin->reset_wait_hours = policy->reset_wait_hours;
	signin->resets_a_year = lesser(signin->resets_a_year, policy->resets_a_year);
	signin->helpdesk_a_year = lesser(signin->helpdesk_a_year, policy->helpdesk_a_year);
}

void signin_add(struct signin *signin, const struct signin_policy *policy, enum roles_factor role_least,
	const struct signin_facts *facts)
{
	add_factor(signin, policy, role_least, facts);
	add_place(signin, policy, facts);
	add_time(signin, policy, facts);
	add_numbers(signin, policy);
}

void signin_finish(struct signin *signin)
{
	if (signin->code_digits == 0)
		signin->code_digits = SIGNIN_DIGITS_MOST;
	if (signin->step_up_at == SIGNIN_UNSET)
		signin->step_up_at = STEP_UP_AT;
	if (signin->reset_wait_hours == 0)
		signin->reset_wait_hours = RESET_WAIT_HOURS;
	if (signin->resets_a_year == SIGNIN_UNSET)
		signin->resets_a_year = RESETS_A_YEAR;
	if (signin->helpdesk_a_year == SIGNIN_UNSET)
		signin->helpdesk_a_year = HELPDESK_A_YEAR;
}

bool signin_lets_weaker(const struct signin *signin, struct instant now)
{
	return signin->least == ROLES_FACTOR_EMAIL || now.ms < signin->grace.ms;
}

bool signin_remembers(const struct signin *signin, unsigned score)
{
	return signin->remember_days > 0 && !signin->step_up && score < signin->step_up_at;
}

const char *signin_day_name(unsigned day)
{
	return DAYS[day];
}

bool signin_day_find(struct span name, unsigned *day)
{
	for (unsigned at = 0; at < SIGNIN_WEEKDAYS; at++)
		if (span_is(name, DAYS[at])) {
			*day = at;
			return true;
		}
	return false;
}

const char *signin_answer_name(enum signin_answer answer)
{
	return ANSWERS[answer];
}
