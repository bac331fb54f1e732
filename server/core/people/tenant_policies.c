/* SPDX-License-Identifier: Apache-2.0 */
/* tenant_policies - compare a policy with what it was, field by field. */
#include "server/core/people/tenant_policies.h"

#include "base/timestamp.h"
#include "server/core/change_news.h"
#include "server/core/detail.h"
#include "server/core/zones.h"
#include "store/nouns/event_add.h"
#include "store/nouns/person.h"
#include "store/nouns/tenant.h"

enum { FIELD_MAX = 1024 };

/* ---- fields as texts ---- */

static void print_login(const struct signin_policy *rules, struct buf *text)
{
	buf_put_text(text, roles_factor_name(rules->login));
}

static void print_action(const struct signin_policy *rules, struct buf *text)
{
	buf_put_text(text, roles_factor_name(rules->action));
}

static void print_totp_actions(const struct signin_policy *rules, struct buf *text)
{
	for (size_t i = 0; i < rules->totp_action_count; i++) {
		buf_put_text(text, i ? " " : "");
		buf_put(text, rules->totp_actions[i]);
	}
}

static void print_grace(const struct signin_policy *rules, struct buf *text)
{
	char until[TIMESTAMP_TEXT + 1];
	if (rules->grace_until.ms == 0)
		return;
	timestamp_print(rules->grace_until, until);
	buf_put_text(text, until);
}

static void print_digits(const struct signin_policy *rules, struct buf *text)
{
	if (rules->code_digits)
		buf_printf(text, "%u", (unsigned)rules->code_digits);
}

static void print_remember(const struct signin_policy *rules, struct buf *text)
{
	buf_printf(text, "%u", (unsigned)rules->remember_days);
}

static void print_step_up(const struct signin_policy *rules, struct buf *text)
{
	if (rules->step_up_at != SIGNIN_UNSET)
		buf_printf(text, "%u", (unsigned)rules->step_up_at);
}

static void print_deny(const struct signin_policy *rules, struct buf *text)
{
	if (rules->deny_at)
		buf_printf(text, "%u", (unsigned)rules->deny_at);
}

static void print_countries(const struct signin_policy *rules, struct buf *text)
{
	if (rules->countries.count == 0)
		return;
	countries_print(&rules->countries, text);
	buf_printf(text, " %s", signin_answer_name(rules->elsewhere));
}

static void print_hours(const struct signin_policy *rules, struct buf *text)
{
	const struct signin_hours *hours = &rules->hours;
	if (hours->days == 0)
		return;
	for (unsigned day = 0; day < SIGNIN_WEEKDAYS; day++)
		if (hours->days >> day & 1)
			buf_printf(text, "%s ", signin_day_name(day));
	buf_printf(text, "%02u:%02u-%02u:%02u %.*s %s", hours->from / 60, hours->from % 60, hours->to / 60,
		hours->to % 60, SPAN_FMT(hours->zone), signin_answer_name(hours->outside));
}

static void print_notice(const struct signin_policy *rules, struct buf *text)
{
	if (rules->notice)
		buf_printf(text, "%u", (unsigned)rules->notice);
}

static void print_clock(const struct signin_policy *rules, struct buf *text)
{
	buf_put_text(text, rules->strict_clock ? "strict" : "lenient");
}

static void print_a_year(uint8_t most, struct buf *text)
{
	if (most != SIGNIN_UNSET)
		buf_printf(text, "%u", (unsigned)most);
}

static void print_wait(const struct signin_policy *rules, struct buf *text)
{
	if (rules->reset_wait_hours)
		buf_printf(text, "%u", (unsigned)rules->reset_wait_hours);
}

static void print_resets(const struct signin_policy *rules, struct buf *text)
{
	print_a_year(rules->resets_a_year, text);
}

static void print_helpdesk(const struct signin_policy *rules, struct buf *text)
{
	print_a_year(rules->helpdesk_a_year, text);
}

static const struct {
	const char *name;
	void (*print)(const struct signin_policy *rules, struct buf *text);
} FIELDS[] = {
	{"login_factor", print_login},
	{"action_factor", print_action},
	{"totp_actions", print_totp_actions},
	{"grace_until", print_grace},
	{"code_digits", print_digits},
	{"remember_days", print_remember},
	{"step_up_at", print_step_up},
	{"deny_at", print_deny},
	{"countries", print_countries},
	{"hours", print_hours},
	{"notice", print_notice},
	{"clock", print_clock},
	{"reset_wait_hours", print_wait},
	{"resets_a_year", print_resets},
	{"helpdesk_codes_a_year", print_helpdesk},
};

enum { FIELD_COUNT = sizeof FIELDS / sizeof FIELDS[0] };

_Static_assert((int)FIELD_COUNT <= (int)DETAIL_CHANGES_MAX, "every field may change at once");

static fallible print_field(
	const struct scene *scene, size_t field, const struct policy *policy, struct span *text)
{
	scoped(buf) out = BUF(FIELD_MAX);
	FIELDS[field].print(&policy->rules, &out);
	TRY(buf_check(&out));
	return scene_copy(scene, buf_span(&out), text);
}

/* ---- the event ---- */

static fallible note_changes(
	const struct scene *scene, const struct tenant_policies_set *set, struct span *text)
{
	struct detail_changes changes = {0};
	for (size_t field = 0; field < FIELD_COUNT; field++) {
		struct span before, after;
		TRY(print_field(scene, field, &set->before, &before));
		TRY(print_field(scene, field, &set->policy, &after));
		detail_note(&changes, FIELDS[field].name, before, after);
	}
	return detail_print_changes(&changes, scene->arena, text);
}

static fallible seal_event(const struct scene *scene, struct tenant_policies_set *set)
{
	char approver[ID_TEXT + 1];
	const struct caller *caller = scene->caller;
	bool person = !ids_is_none(caller->person);
	struct event event = scene_event(scene, ACTION_POLICY_CHANGED);
	ids_print(
		person ? ID_PERSON : ID_APPLICATION, person ? caller->person : caller->application, approver);
	event.texts[LEAF_TEXT_OBJECT_TYPE] = SPAN_LIT("policy");
	event.texts[LEAF_TEXT_OBJECT] = set->policy.name;
	TRY(note_changes(scene, set, &event.texts[LEAF_TEXT_CHANGES]));
	const struct detail_field fields[] = {
		{"policy", SPAN_LIT("signin"), DETAIL_TEXT}, {"approver", span_text(approver), DETAIL_TEXT}};
	TRY(detail_print(fields, 2, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &set->changed);
}

/* ---- the use-case ---- */

fallible tenant_policies_find(const struct scene *scene, struct span name, struct policy *policy)
{
	struct role role;
	struct id tenant = scene->caller->tenant;
	if (!span_is(name, SIGNIN_EVERYONE))
		TRY(role_get(scene->view, tenant, name, &role));
	return policy_get(scene->view, tenant, name, scene->arena, policy);
}

/* Hours are the wall clock's of a zone: the tenant's, unless the policy names one. What the name stands for is looked
 * up now, so that nobody who signs in waits for a file. */
static fallible find_zone(const struct scene *scene, struct signin_hours *hours)
{
	struct tenant tenant;
	if (hours->days == 0)
		return OK;
	if (hours->zone.len == 0) {
		TRY(tenant_get(scene->view, scene->caller->tenant, scene->arena, &tenant));
		hours->zone = tenant.time_zone;
	}
	return zones_rule(hours->zone, scene->arena, &hours->rule);
}

fallible tenant_policies_set_prepare(const struct scene *scene, struct tenant_policies_set *set)
{
	const struct caller *caller = scene->caller;
	if (!ids_is_none(caller->person) && !caller->proven)
		return FAIL_CODE(PERSON_UNPROVEN, "who changes how people sign in has to prove who they are");
	set->tenant = caller->tenant;
	TRY(find_zone(scene, &set->policy.rules.hours));
	TRY(tenant_policies_find(scene, set->policy.name, &set->before));
	set->told.count = 0;
	TRY(change_news_tell_rule(scene, set->policy.name, &set->told));
	return seal_event(scene, set);
}

fallible tenant_policies_set_write(struct act *act, struct tenant_policies_set *set)
{
	struct policy now;
	struct view view = view_act(act);
	TRY(policy_get(&view, set->tenant, set->policy.name, act->arena, &now));
	if (now.version != set->before.version)
		return FAIL_CODE(STALE, "the policy changed meanwhile");
	TRY(policy_put(act, set->tenant, &set->policy));
	TRY(letters_write(act, &set->told));
	return event_add(act, set->tenant, &set->changed.leaf, NULL);
}
