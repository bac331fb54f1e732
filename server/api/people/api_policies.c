/* SPDX-License-Identifier: Apache-2.0 */
/* api_policies - /v1/policies and /v1/policies/{policy}: what a tenant asks of people who sign in. */
#include "server/api/ask.h"
#include "server/core/people/tenant_policies.h"
#include "server/core/people/tenant_roles.h"

#include <stdio.h>

enum { NOTICE_MAX = 1000000, GRACE_DAYS_MAX = 400, DAY_MS = 24 * 60 * 60 * 1000 };

static const char *const FACTORS[] = {"email", "totp", NULL};
static const char *const CLOCKS[] = {"lenient", "strict", NULL};

/* ---- answering ---- */

static void put_number(struct json_out *out, const char *name, unsigned number, unsigned unset)
{
	if (number == unset)
		json_out_null(out, name);
	else
		json_out_number(out, name, number);
}

static void put_countries(struct json_out *out, const struct signin_policy *rules)
{
	if (rules->countries.count == 0) {
		json_out_null(out, "countries");
		return;
	}
	json_out_open(out, "countries");
	ask_put_countries(out, "expected", &rules->countries);
	json_out_text(out, "others", signin_answer_name(rules->elsewhere));
	json_out_close(out);
}

static void put_minute(struct json_out *out, const char *name, unsigned minute)
{
	char text[8];
	snprintf(text, sizeof text, "%02u:%02u", minute / 60 % 100, minute % 60);
	json_out_text(out, name, text);
}

static void put_hours(struct json_out *out, const struct signin_hours *hours)
{
	if (hours->days == 0) {
		json_out_null(out, "hours");
		return;
	}
	json_out_open(out, "hours");
	json_out_open_array(out, "days");
	for (unsigned day = 0; day < SIGNIN_WEEKDAYS; day++)
		if (hours->days >> day & 1)
			json_out_text(out, NULL, signin_day_name(day));
	json_out_close_array(out);
	put_minute(out, "from", hours->from);
	put_minute(out, "to", hours->to);
	json_out_span(out, "time_zone", hours->zone);
	json_out_text(out, "outside", signin_answer_name(hours->outside));
	json_out_close(out);
}

static void put_rules(struct json_out *out, const struct signin_policy *rules)
{
	json_out_text(out, "login_factor", roles_factor_name(rules->login));
	json_out_text(out, "action_factor", roles_factor_name(rules->action));
	json_out_open_array(out, "totp_actions");
	for (size_t i = 0; i < rules->totp_action_count; i++)
		json_out_span(out, NULL, rules->totp_actions[i]);
	json_out_close_array(out);
	ask_put_time(out, "grace_until", rules->grace_until);
	put_number(out, "code_digits", rules->code_digits, 0);
	json_out_number(out, "remember_days", rules->remember_days);
	put_number(out, "step_up_at", rules->step_up_at, SIGNIN_UNSET);
	put_number(out, "deny_at", rules->deny_at, 0);
	put_countries(out, rules);
	put_hours(out, &rules->hours);
	put_number(out, "notice", rules->notice, 0);
	json_out_text(out, "clock", CLOCKS[rules->strict_clock]);
	put_number(out, "reset_wait_hours", rules->reset_wait_hours, 0);
	put_number(out, "resets_a_year", rules->resets_a_year, SIGNIN_UNSET);
	put_number(out, "helpdesk_codes_a_year", rules->helpdesk_a_year, SIGNIN_UNSET);
}

static void put_policy(struct json_out *out, const struct policy *policy)
{
	json_out_span(out, "name", policy->name);
	put_rules(out, &policy->rules);
}

/* ---- GET /v1/policies ---- */

static fallible put_list(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	const struct page_ask *page = call->ask;
	struct span at = page->position, shown = at;
	struct policy policy;
	struct err err = OK;
	for (size_t count = 0; policy_next(view, call->caller.tenant, &at, call->arena, &policy, &err);
		count++) {
		if (count == page->limit) {
			*position = shown;
			return OK;
		}
		json_out_open(out, NULL);
		put_policy(out, &policy);
		json_out_close(out);
		shown = at;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	return call_put_list(call, out, SPAN_NONE, put_list);
}

const struct handler api_policies_list = {ask_staffs_page, NULL, answer_list};

/* ---- GET /v1/policies/{policy} ---- */

static fallible prepare_get(struct call *call)
{
	struct policy *policy;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &policy));
	TRY(stage_open(call, &stage));
	TRY(tenant_roles_check_reader(&stage.scene));
	return tenant_policies_find(&stage.scene, call->parts[0], policy);
}

static fallible answer_get(struct call *call, struct json_out *out)
{
	put_policy(out, call->ask);
	return OK;
}

const struct handler api_policies_get = {prepare_get, NULL, answer_get};

/* ---- PUT /v1/policies/{policy} ---- */

static enum roles_factor read_factor(struct json_object *top, const char *name)
{
	return json_in_word(top, name, JSON_OPTIONAL, FACTORS) == 1 ? ROLES_FACTOR_TOTP : ROLES_FACTOR_EMAIL;
}

static void read_actions(struct json_object *top, struct signin_policy *rules)
{
	struct json_array array;
	struct span type;
	if (!json_in_array(top, "totp_actions", JSON_OPTIONAL, SIGNIN_ACTIONS_MAX, &array))
		return;
	while (json_in_next_text(&array, SIGNIN_ACTION_MAX, &type))
		rules->totp_actions[rules->totp_action_count++] = type;
}

static void read_countries(struct json_object *top, struct signin_policy *rules)
{
	static const char *const ANSWERS[] = {"flag", "step_up", "deny", NULL};
	struct json_object countries;
	if (!json_in_object(top, "countries", JSON_OPTIONAL, &countries))
		return;
	if (ask_countries(&countries, "expected", JSON_NEEDED, &rules->countries) &&
		rules->countries.count == 0)
		json_in_note(&countries, "expected", "missing");
	int others = json_in_word(&countries, "others", JSON_NEEDED, ANSWERS);
	rules->elsewhere = others < 0 ? SIGNIN_FLAG : (enum signin_answer)others;
	json_in_end(&countries);
}

static void read_days(struct json_object *object, struct signin_hours *hours)
{
	struct json_array array;
	struct span word;
	if (!json_in_array(object, "days", JSON_NEEDED, SIGNIN_WEEKDAYS, &array))
		return;
	if (array.count == 0)
		json_in_note(object, "days", "missing");
	while (json_in_next_text(&array, 3, &word)) {
		unsigned day;
		if (signin_day_find(word, &day))
			hours->days |= (uint8_t)(1u << day);
		else
			json_in_note(object, "days", "not_allowed");
	}
}

/* "08:00"; "24:00" ends a day. */
static uint16_t read_minute(struct json_object *object, const char *name)
{
	struct span text = json_in_text(object, name, JSON_NEEDED, 5), hour, rest = text;
	uint64_t h = 0, m = 0;
	if (text.len == 0)
		return 0;
	bool read = text.len == 5 && span_cut(&rest, ':', &hour) && hour.len == 2 && rest.len == 2 &&
		span_number(hour.at[0] == '0' ? span_from(hour, 1) : hour, 24, &h) &&
		span_number(rest.at[0] == '0' ? span_from(rest, 1) : rest, 59, &m);
	if (!read || h * 60 + m > SIGNIN_MINUTES)
		json_in_note(object, name, "malformed");
	return (uint16_t)(h * 60 + m);
}

static void read_hours(struct json_object *top, struct signin_hours *hours)
{
	static const char *const ANSWERS[] = {"flag", "step_up", NULL};
	struct json_object object;
	if (!json_in_object(top, "hours", JSON_OPTIONAL, &object))
		return;
	read_days(&object, hours);
	hours->from = read_minute(&object, "from");
	hours->to = read_minute(&object, "to");
	hours->zone = ask_zone(&object);
	int outside = json_in_word(&object, "outside", JSON_NEEDED, ANSWERS);
	hours->outside = outside == 1 ? SIGNIN_STEP_UP : SIGNIN_FLAG;
	json_in_end(&object);
}

static void read_grace(struct call *call, struct json_object *top, struct signin_policy *rules)
{
	rules->grace_until = json_in_time(top, "grace_until", JSON_OPTIONAL);
	if (rules->grace_until.ms > call->now.ms + (int64_t)GRACE_DAYS_MAX * DAY_MS)
		json_in_note(top, "grace_until", "not_allowed");
}

static uint8_t read_number(struct json_object *top, const char *name, int64_t min, int64_t max, int64_t unset)
{
	return (uint8_t)json_in_number(top, name, JSON_OPTIONAL, min, max, unset);
}

static void read_rescue(struct json_object *top, struct signin_policy *rules)
{
	rules->reset_wait_hours = (uint16_t)json_in_number(
		top, "reset_wait_hours", JSON_OPTIONAL, SIGNIN_RESET_HOURS_LEAST, SIGNIN_RESET_HOURS_MOST, 0);
	rules->resets_a_year = read_number(top, "resets_a_year", 0, SIGNIN_A_YEAR_MOST, SIGNIN_UNSET);
	rules->helpdesk_a_year =
		read_number(top, "helpdesk_codes_a_year", 0, SIGNIN_A_YEAR_MOST, SIGNIN_UNSET);
}

static fallible read_set(struct call *call, struct tenant_policies_set *set)
{
	struct json_object top;
	struct signin_policy *rules = &set->policy.rules;
	TRY(call_body(call, &top));
	*rules = signin_default();
	rules->login = read_factor(&top, "login_factor");
	rules->action = read_factor(&top, "action_factor");
	read_actions(&top, rules);
	read_grace(call, &top, rules);
	rules->code_digits = read_number(&top, "code_digits", SIGNIN_DIGITS_LEAST, SIGNIN_DIGITS_MOST, 0);
	rules->remember_days =
		read_number(&top, "remember_days", 0, SIGNIN_REMEMBER_DAYS_MOST, SIGNIN_REMEMBER_DAYS_MOST);
	rules->step_up_at = read_number(&top, "step_up_at", 0, SIGNIN_SCORE_MOST, SIGNIN_UNSET);
	rules->deny_at = read_number(&top, "deny_at", 1, SIGNIN_SCORE_MOST, 0);
	read_countries(&top, rules);
	read_hours(&top, &rules->hours);
	rules->notice = (uint32_t)json_in_number(&top, "notice", JSON_OPTIONAL, 1, NOTICE_MAX, 0);
	rules->strict_clock = json_in_word(&top, "clock", JSON_OPTIONAL, CLOCKS) == 1;
	read_rescue(&top, rules);
	json_in_end(&top);
	set->policy.name = call->parts[0];
	return call_check(call);
}

static fallible prepare_set(struct call *call)
{
	struct tenant_policies_set *set;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &set));
	TRY(read_set(call, set));
	TRY(stage_open(call, &stage));
	struct err err = tenant_policies_set_prepare(&stage.scene, set);
	/* What the body can't show: whether there is such a zone. */
	if (err.kind == ERR_INVALID && call->problems.count == 0)
		call->problems.rows[call->problems.count++] =
			(struct json_problem){"/hours/time_zone", "not_allowed"};
	return err;
}

static fallible write_set(struct act *act, struct call *call)
{
	return tenant_policies_set_write(act, call->ask);
}

static fallible answer_set(struct call *call, struct json_out *out)
{
	const struct tenant_policies_set *set = call->ask;
	put_policy(out, &set->policy);
	return OK;
}

const struct handler api_policies_set = {prepare_set, write_set, answer_set};
