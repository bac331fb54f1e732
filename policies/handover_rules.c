/* SPDX-License-Identifier: Apache-2.0 */
/* handover_rules - words, checks and times. */
#include "policies/handover_rules.h"

static const int64_t MINUTE_MS = INT64_C(60) * 1000;
static const int64_t DAY_MS = INT64_C(24) * 60 * 60 * 1000;

/* ---- words ---- */

const char *const HANDOVER_RULES_KINDS[] = {"stand_in", "replacement", "departure", NULL};
const char *const HANDOVER_RULES_REASONS[] = {
	"leave", "absence", "replacement", "departure", "task_change", NULL};
const char *const HANDOVER_RULES_OVERRIDES[] = {
	"client_asked", "client_agreed", "unreachable", "security", NULL};
const char *const HANDOVER_RULES_MODELS[] = {"exclusive", "pool", NULL};

static const char *const STATES[HANDOVER_STATE_COUNT] = {
	"requested", "approved", "active", "returned", "completed", "cancelled", "refused", "lapsed"};
static const char *const BLOCKS[HANDOVER_BLOCK_COUNT] = {
	[HANDOVER_CLIENT_LEFT] = "client_left",
	[HANDOVER_OVERLAPS] = "handover_overlaps",
	[HANDOVER_OTHER_ASSISTANT] = "other_assistant",
	[HANDOVER_NOT_ABLE] = "not_able",
	[HANDOVER_NO_GRANTS] = "no_grants",
	[HANDOVER_TOO_MANY] = "too_many",
	[HANDOVER_NDA_MISSING] = "nda_missing",
};

const char *handover_rules_kind(enum handover_kind kind)
{
	return kind > 0 && kind < HANDOVER_KIND_END ? HANDOVER_RULES_KINDS[kind - 1] : NULL;
}

const char *handover_rules_reason(enum handover_reason reason)
{
	return reason > 0 && reason < HANDOVER_REASON_END ? HANDOVER_RULES_REASONS[reason - 1] : NULL;
}

const char *handover_rules_override(enum handover_override override)
{
	return override > 0 && override < HANDOVER_OVERRIDE_END ? HANDOVER_RULES_OVERRIDES[override - 1]
								: NULL;
}

const char *handover_rules_state(enum handover_state state)
{
	return state < HANDOVER_STATE_COUNT ? STATES[state] : NULL;
}

const char *handover_rules_model(enum handover_model model)
{
	return model < HANDOVER_MODEL_COUNT ? HANDOVER_RULES_MODELS[model] : NULL;
}

const char *handover_rules_block(enum handover_block block)
{
	return block < HANDOVER_BLOCK_COUNT ? BLOCKS[block] : NULL;
}

/* ---- what may be asked ---- */

bool handover_rules_is_planned(enum handover_reason reason)
{
	return reason != HANDOVER_FOR_ABSENCE;
}

bool handover_rules_is_for_good(enum handover_kind kind)
{
	return kind != HANDOVER_STAND_IN;
}

bool handover_rules_is_open(enum handover_state state)
{
	return state == HANDOVER_REQUESTED || state == HANDOVER_APPROVED || state == HANDOVER_ACTIVE;
}

static bool is_end_wrong(const struct handover_plan *plan, struct instant now)
{
	if (plan->until.ms == 0)
		return false;
	return handover_rules_is_for_good(plan->kind) || plan->until.ms <= plan->start.ms ||
		plan->until.ms <= now.ms;
}

struct handover_fault handover_rules_check(const struct handover_plan *plan, struct instant now)
{
	int64_t lead = plan->start.ms - now.ms;
	bool is_late = handover_rules_is_planned(plan->reason) && lead < HANDOVER_LEAD_DAYS * DAY_MS;
	if (lead < -HANDOVER_SLACK_MINUTES * MINUTE_MS || lead > HANDOVER_AHEAD_DAYS * DAY_MS)
		return (struct handover_fault){"start", "not_allowed"};
	if (is_end_wrong(plan, now))
		return (struct handover_fault){"until", "not_allowed"};
	if (is_late && plan->override == HANDOVER_OVERRIDE_NONE)
		return (struct handover_fault){"override", "missing"};
	return (struct handover_fault){NULL, NULL};
}

/* ---- times ---- */

enum handover_step handover_rules_step(const struct handover_facts *facts, struct instant now)
{
	bool is_over = facts->until.ms && facts->until.ms <= now.ms;
	if (facts->state == HANDOVER_ACTIVE)
		return is_over ? HANDOVER_RETURNS : HANDOVER_STAYS;
	if (!handover_rules_is_open(facts->state))
		return HANDOVER_STAYS;
	if (is_over)
		return HANDOVER_LAPSES;
	bool starts = facts->state == HANDOVER_APPROVED && facts->start.ms <= now.ms;
	return starts ? HANDOVER_STARTS : HANDOVER_STAYS;
}

struct instant handover_rules_next(const struct handover_facts *facts)
{
	if (!handover_rules_is_open(facts->state))
		return (struct instant){0};
	return facts->state == HANDOVER_APPROVED ? facts->start : facts->until;
}

bool handover_rules_is_extendable(const struct handover_facts *facts, struct instant now)
{
	bool was_approved = facts->state == HANDOVER_APPROVED || facts->state == HANDOVER_ACTIVE;
	return was_approved && !handover_rules_is_for_good(facts->kind) && facts->until.ms > now.ms;
}

struct handover_fault handover_rules_check_extension(
	const struct handover_facts *facts, struct instant until, struct instant now)
{
	bool is_longer = until.ms > facts->until.ms && until.ms - now.ms <= HANDOVER_AHEAD_DAYS * DAY_MS;
	return is_longer ? (struct handover_fault){NULL, NULL}
			 : (struct handover_fault){"until", "not_allowed"};
}

bool handover_rules_overlap(const struct handover_span *one, const struct handover_span *other)
{
	bool begins_before_other_ends = other->until.ms == 0 || one->start.ms < other->until.ms;
	bool ends_after_other_begins = one->until.ms == 0 || other->start.ms < one->until.ms;
	return begins_before_other_ends && ends_after_other_begins;
}
