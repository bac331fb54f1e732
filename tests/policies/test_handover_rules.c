/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of handovers: what may be asked, and what time makes of it. */
#include "policies/handover_rules.h"

#include "tests/support/dice.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct instant NOW = {1795262400000};
static const int64_t HOUR = INT64_C(60) * 60 * 1000;
static const int64_t DAY = INT64_C(24) * 60 * 60 * 1000;

static struct instant in(int64_t ms)
{
	return (struct instant){NOW.ms + ms};
}

static struct handover_plan plan(void)
{
	return (struct handover_plan){
		HANDOVER_STAND_IN, HANDOVER_FOR_ABSENCE, HANDOVER_OVERRIDE_NONE, NOW, in(3 * DAY)};
}

static bool faults(const struct handover_plan *plan, const char *member, const char *code)
{
	struct handover_fault fault = handover_rules_check(plan, NOW);
	return fault.member && strcmp(fault.member, member) == 0 && strcmp(fault.code, code) == 0;
}

/* ---- what may be asked ---- */

Test(handover_rules, an_absence_may_start_at_once)
{
	struct handover_plan asked = plan();
	cr_assert(handover_rules_check(&asked, NOW).member == NULL);
}

Test(handover_rules, what_was_planned_is_told_fourteen_days_before)
{
	struct handover_plan asked = plan();
	asked.reason = HANDOVER_FOR_LEAVE;
	asked.start = in(14 * DAY);
	asked.until = in(20 * DAY);
	cr_assert(handover_rules_check(&asked, NOW).member == NULL);
	asked.start.ms -= 1;
	cr_assert(faults(&asked, "override", "missing"));
	asked.start = in(3 * DAY);
	cr_assert(faults(&asked, "override", "missing"));
	asked.override = HANDOVER_CLIENT_AGREED;
	cr_assert(handover_rules_check(&asked, NOW).member == NULL);
}

Test(handover_rules, every_reason_but_absence_is_planned)
{
	for (unsigned reason = 1; reason < HANDOVER_REASON_END; reason++)
		cr_assert(handover_rules_is_planned((enum handover_reason)reason) ==
			(reason != HANDOVER_FOR_ABSENCE));
}

Test(handover_rules, a_start_lies_between_an_hour_ago_and_four_hundred_days_ahead)
{
	struct handover_plan asked = plan();
	asked.until = (struct instant){0};
	asked.start = in(-HOUR);
	cr_assert(handover_rules_check(&asked, NOW).member == NULL);
	asked.start.ms -= 1;
	cr_assert(faults(&asked, "start", "not_allowed"));
	asked.start = in(400 * DAY);
	cr_assert(handover_rules_check(&asked, NOW).member == NULL);
	asked.start.ms += 1;
	cr_assert(faults(&asked, "start", "not_allowed"));
}

Test(handover_rules, an_end_lies_behind_the_start_and_behind_now)
{
	struct handover_plan asked = plan();
	asked.until = asked.start;
	cr_assert(faults(&asked, "until", "not_allowed"));
	asked.start = in(-HOUR);
	asked.until = NOW;
	cr_assert(faults(&asked, "until", "not_allowed"));
	asked.until = in(1);
	cr_assert(handover_rules_check(&asked, NOW).member == NULL);
}

Test(handover_rules, what_is_for_good_has_no_end)
{
	struct handover_plan asked = plan();
	asked.kind = HANDOVER_REPLACEMENT;
	cr_assert(faults(&asked, "until", "not_allowed"));
	asked.kind = HANDOVER_DEPARTURE;
	cr_assert(faults(&asked, "until", "not_allowed"));
	asked.until = (struct instant){0};
	cr_assert(handover_rules_check(&asked, NOW).member == NULL);
}

/* ---- words ---- */

static bool says_anything_of_health(const char *word)
{
	static const char *const NEVER[] = {
		"sick", "ill", "health", "medic", "hospital", "sair", "bol", "beteg", "sjuk"};
	for (size_t i = 0; i < sizeof NEVER / sizeof NEVER[0]; i++)
		if (word && strstr(word, NEVER[i]))
			return true;
	return false;
}

Test(handover_rules, no_word_says_anything_of_health)
{
	for (unsigned i = 0; i < 32; i++) {
		cr_assert(!says_anything_of_health(handover_rules_kind((enum handover_kind)i)));
		cr_assert(!says_anything_of_health(handover_rules_reason((enum handover_reason)i)));
		cr_assert(!says_anything_of_health(handover_rules_override((enum handover_override)i)));
		cr_assert(!says_anything_of_health(handover_rules_state((enum handover_state)i)));
		cr_assert(!says_anything_of_health(handover_rules_block((enum handover_block)i)));
	}
}

Test(handover_rules, stored_numbers_keep_their_words)
{
	cr_assert(strcmp(handover_rules_kind(1), "stand_in") == 0 &&
		strcmp(handover_rules_kind(3), "departure") == 0);
	cr_assert(strcmp(handover_rules_reason(1), "leave") == 0 &&
		strcmp(handover_rules_reason(5), "task_change") == 0);
	cr_assert(strcmp(handover_rules_override(4), "security") == 0 && handover_rules_override(0) == NULL);
	cr_assert(strcmp(handover_rules_state(0), "requested") == 0 &&
		strcmp(handover_rules_state(7), "lapsed") == 0);
	cr_assert(handover_rules_kind(0) == NULL && handover_rules_kind(HANDOVER_KIND_END) == NULL);
	cr_assert(handover_rules_reason(HANDOVER_REASON_END) == NULL &&
		handover_rules_model(HANDOVER_MODEL_COUNT) == NULL);
}

/* ---- times ---- */

static enum handover_step step(enum handover_state state, int64_t at)
{
	const struct handover_facts facts = {state, HANDOVER_STAND_IN, in(10), in(20)};
	return handover_rules_step(&facts, in(at));
}

Test(handover_rules, an_approved_one_starts_at_its_millisecond)
{
	cr_assert(step(HANDOVER_APPROVED, 9) == HANDOVER_STAYS);
	cr_assert(step(HANDOVER_APPROVED, 10) == HANDOVER_STARTS);
	cr_assert(step(HANDOVER_APPROVED, 19) == HANDOVER_STARTS);
}

Test(handover_rules, an_active_one_returns_at_its_millisecond)
{
	cr_assert(step(HANDOVER_ACTIVE, 19) == HANDOVER_STAYS);
	cr_assert(step(HANDOVER_ACTIVE, 20) == HANDOVER_RETURNS);
}

Test(handover_rules, one_whose_time_went_by_never_starts)
{
	cr_assert(step(HANDOVER_APPROVED, 20) == HANDOVER_LAPSES &&
		step(HANDOVER_REQUESTED, 20) == HANDOVER_LAPSES);
	cr_assert(step(HANDOVER_REQUESTED, 15) == HANDOVER_STAYS);
}

Test(handover_rules, what_is_over_stays_over)
{
	for (unsigned state = HANDOVER_RETURNED; state < HANDOVER_STATE_COUNT; state++)
		for (int64_t at = 0; at < 30; at++)
			cr_assert(step((enum handover_state)state, at) == HANDOVER_STAYS);
}

Test(handover_rules, without_an_end_nothing_returns_by_itself)
{
	const struct handover_facts facts = {HANDOVER_ACTIVE, HANDOVER_STAND_IN, NOW, {0}};
	cr_assert(handover_rules_step(&facts, in(4000 * DAY)) == HANDOVER_STAYS);
	cr_assert(handover_rules_next(&facts).ms == 0);
}

Test(handover_rules, nothing_happens_before_the_time_that_is_told)
{
	struct dice dice = {5};
	for (unsigned i = 0; i < 20000; i++) {
		struct handover_facts facts = {(enum handover_state)dice_below(&dice, HANDOVER_STATE_COUNT),
			HANDOVER_STAND_IN, in((int64_t)dice_below(&dice, 30)), {0}};
		if (dice_below(&dice, 3))
			facts.until.ms = facts.start.ms + 1 + (int64_t)dice_below(&dice, 30);
		struct instant at = in((int64_t)dice_below(&dice, 70)), next = handover_rules_next(&facts);
		bool is_due = next.ms && next.ms <= at.ms;
		cr_assert((handover_rules_step(&facts, at) != HANDOVER_STAYS) == is_due);
	}
}

Test(handover_rules, spans_that_touch_do_not_overlap)
{
	const struct handover_span one = {in(10), in(20)}, next = {in(20), in(30)}, open = {in(19), {0}};
	cr_assert(!handover_rules_overlap(&one, &next) && !handover_rules_overlap(&next, &one));
	cr_assert(handover_rules_overlap(&one, &open) && handover_rules_overlap(&open, &next));
}

Test(handover_rules, spans_overlap_when_a_millisecond_lies_in_both)
{
	struct dice dice = {6};
	for (unsigned i = 0; i < 20000; i++) {
		struct handover_span spans[2];
		for (unsigned k = 0; k < 2; k++) {
			spans[k].start = in((int64_t)dice_below(&dice, 12));
			spans[k].until = in(spans[k].start.ms - NOW.ms + 1 + (int64_t)dice_below(&dice, 6));
		}
		bool both = false;
		for (int64_t ms = 0; ms < 20; ms++)
			both |= in(ms).ms >= spans[0].start.ms && in(ms).ms < spans[0].until.ms &&
				in(ms).ms >= spans[1].start.ms && in(ms).ms < spans[1].until.ms;
		cr_assert(handover_rules_overlap(&spans[0], &spans[1]) == both);
	}
}

Test(handover_rules, only_an_approved_stand_in_with_an_end_before_it_lasts_longer)
{
	const struct instant now = {1000};
	struct handover_facts facts = {HANDOVER_ACTIVE, HANDOVER_STAND_IN, {500}, {1001}};
	cr_assert(handover_rules_is_extendable(&facts, now), "active");
	facts.state = HANDOVER_APPROVED;
	cr_assert(handover_rules_is_extendable(&facts, now), "approved");
	for (unsigned state = 0; state < HANDOVER_STATE_COUNT; state++) {
		bool goes_on = state == HANDOVER_APPROVED || state == HANDOVER_ACTIVE;
		facts.state = state;
		cr_assert(handover_rules_is_extendable(&facts, now) == goes_on, "state %u", state);
	}
	facts = (struct handover_facts){HANDOVER_ACTIVE, HANDOVER_STAND_IN, {500}, {1000}};
	cr_assert(!handover_rules_is_extendable(&facts, now), "its end has come");
	facts.until.ms = 0;
	cr_assert(!handover_rules_is_extendable(&facts, now), "it has none");
	facts = (struct handover_facts){HANDOVER_APPROVED, HANDOVER_REPLACEMENT, {500}, {1001}};
	cr_assert(!handover_rules_is_extendable(&facts, now), "for good");
}

Test(handover_rules, longer_begins_a_millisecond_behind_the_end_and_ends_in_four_hundred_days)
{
	const struct instant now = {1000};
	const int64_t last = now.ms + INT64_C(400) * 24 * 60 * 60 * 1000;
	const struct handover_facts facts = {HANDOVER_ACTIVE, HANDOVER_STAND_IN, {500}, {2000}};
	cr_assert(handover_rules_check_extension(&facts, (struct instant){2000}, now).member != NULL, "the same");
	cr_assert(handover_rules_check_extension(&facts, (struct instant){1999}, now).member != NULL, "shorter");
	cr_assert(handover_rules_check_extension(&facts, (struct instant){last + 1}, now).member != NULL, "too long");
	cr_assert(handover_rules_check_extension(&facts, (struct instant){2001}, now).member == NULL, "longer");
	cr_assert(handover_rules_check_extension(&facts, (struct instant){last}, now).member == NULL, "the longest");
}
