/* SPDX-License-Identifier: Apache-2.0 */
/* policy - records of policies. */
#include "store/nouns/policy.h"

#include "base/reader.h"

enum {
	RECORD_UNRESCUED = 1, /* before it said how people are helped who lost every way in */
	RECORD = 2,
	RECORD_MAX = 2048
};

/* ---- reading ---- */

static void read_numbers(struct reader *reader, struct signin_policy *rules)
{
	rules->login = reader_u8(reader);
	rules->action = reader_u8(reader);
	rules->grace_until.ms = reader_i64(reader);
	rules->code_digits = reader_u8(reader);
	rules->remember_days = reader_u8(reader);
	rules->step_up_at = reader_u8(reader);
	rules->deny_at = reader_u8(reader);
	rules->strict_clock = reader_u8(reader) != 0;
	rules->notice = reader_u32(reader);
}

static fallible read_hours(struct reader *reader, struct arena *arena, struct signin_hours *hours)
{
	hours->days = reader_u8(reader);
	hours->from = reader_u16(reader);
	hours->to = reader_u16(reader);
	hours->outside = reader_u8(reader);
	TRY(arena_keep(arena, reader_sized(reader), &hours->zone));
	return arena_keep(arena, reader_sized(reader), &hours->rule);
}

static fallible read_countries(struct reader *reader, struct signin_policy *rules)
{
	rules->elsewhere = reader_u8(reader);
	if (!countries_take(reader, &rules->countries))
		return FAIL(CORRUPT, "a policy has more countries than there can be");
	return OK;
}

static fallible read_actions(struct reader *reader, struct arena *arena, struct signin_policy *rules)
{
	rules->totp_action_count = reader_u8(reader);
	if (rules->totp_action_count > SIGNIN_ACTIONS_MAX)
		return FAIL(CORRUPT, "a policy has more actions than there can be");
	for (size_t i = 0; i < rules->totp_action_count; i++)
		TRY(arena_keep(arena, reader_sized(reader), &rules->totp_actions[i]));
	return OK;
}

static void read_rescue(struct reader *reader, struct signin_policy *rules)
{
	rules->reset_wait_hours = reader_u16(reader);
	rules->resets_a_year = reader_u8(reader);
	rules->helpdesk_a_year = reader_u8(reader);
}

static bool is_whole(const struct signin_policy *rules)
{
	return rules->login <= ROLES_FACTOR_TOTP && rules->action <= ROLES_FACTOR_TOTP &&
		rules->code_digits <= SIGNIN_DIGITS_MOST && rules->hours.outside < SIGNIN_ANSWER_COUNT &&
		rules->elsewhere < SIGNIN_ANSWER_COUNT;
}

static fallible decode(const struct row *row, struct arena *arena, struct policy *policy)
{
	struct reader reader = READER(row->payload);
	struct signin_policy *rules = &policy->rules;
	policy->version = row->version;
	*rules = signin_default();
	unsigned version = reader_u8(&reader);
	if (version != RECORD && version != RECORD_UNRESCUED)
		return FAIL(CORRUPT, "a policy's record has an unknown version");
	read_numbers(&reader, rules);
	TRY(read_hours(&reader, arena, &rules->hours));
	TRY(read_countries(&reader, rules));
	TRY(read_actions(&reader, arena, rules));
	if (version == RECORD)
		read_rescue(&reader, rules);
	TRY(reader_check(&reader));
	return is_whole(rules) ? OK : FAIL(CORRUPT, "a policy is outside its bounds");
}

fallible policy_get(const struct view *view, struct id tenant, struct span name, struct arena *arena,
	struct policy *policy)
{
	struct row row;
	struct policy read = {.name = name, .rules = signin_default()};
	struct noun_key key = noun_key(tenant, name, SPAN_NONE);
	struct err err = view_get(view, TABLE_POLICY, noun_key_span(&key), &row);
	if (err.kind != ERR_NOT_FOUND) {
		TRY(err);
		TRY(decode(&row, arena, &read));
	}
	*policy = read;
	return OK;
}

bool policy_next(const struct view *view, struct id tenant, struct span *after, struct arena *arena,
	struct policy *policy, struct err *err)
{
	struct span name;
	struct row row;
	*err = noun_next(view, TABLE_POLICY, tenant, *after, &name, &row);
	if (noun_ends(err))
		return false;
	*policy = (struct policy){.version = 0};
	*err = arena_keep(arena, name, &policy->name);
	if (!err_failed(*err))
		*err = decode(&row, arena, policy);
	*after = policy->name;
	return !err_failed(*err);
}

/* ---- writing ---- */

static void put_hours(const struct signin_hours *hours, struct buf *record)
{
	buf_put_u8(record, hours->days);
	buf_put_u16(record, hours->from);
	buf_put_u16(record, hours->to);
	buf_put_u8(record, (uint8_t)hours->outside);
	buf_put_sized(record, hours->zone);
	buf_put_sized(record, hours->rule);
}

static void put_lists(const struct signin_policy *rules, struct buf *record)
{
	buf_put_u8(record, (uint8_t)rules->elsewhere);
	countries_put(record, &rules->countries);
	buf_put_u8(record, (uint8_t)rules->totp_action_count);
	for (size_t i = 0; i < rules->totp_action_count; i++)
		buf_put_sized(record, rules->totp_actions[i]);
}

fallible policy_put(struct act *act, struct id tenant, const struct policy *policy)
{
	scoped(buf) record = BUF(RECORD_MAX);
	const struct signin_policy *rules = &policy->rules;
	struct noun_key key = noun_key(tenant, policy->name, SPAN_NONE);
	buf_put_u8(&record, RECORD);
	buf_put_u8(&record, (uint8_t)rules->login);
	buf_put_u8(&record, (uint8_t)rules->action);
	buf_put_i64(&record, rules->grace_until.ms);
	buf_put_u8(&record, rules->code_digits);
	buf_put_u8(&record, rules->remember_days);
	buf_put_u8(&record, rules->step_up_at);
	buf_put_u8(&record, rules->deny_at);
	buf_put_u8(&record, rules->strict_clock);
	buf_put_u32(&record, rules->notice);
	put_hours(&rules->hours, &record);
	put_lists(rules, &record);
	buf_put_u16(&record, rules->reset_wait_hours);
	buf_put_u8(&record, rules->resets_a_year);
	buf_put_u8(&record, rules->helpdesk_a_year);
	TRY(buf_check(&record));
	return act_put(act, TABLE_POLICY, noun_key_span(&key), buf_span(&record));
}
