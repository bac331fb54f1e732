/* SPDX-License-Identifier: Apache-2.0 */
/* attempts - compare and decide. */
#include "server/core/login/attempts.h"

#include "server/core/login/lanes.h"
#include "server/core/login/lock_news.h"
#include "server/core/login/new_device.h"
#include "server/core/login/remembering.h"
#include "server/core/login/risk.h"
#include "store/nouns/event_add.h"
#include "store/nouns/storm.h"

enum reason attempts_closed(const struct verifications_ask *ask, struct instant now)
{
	const struct verification *verification = &ask->verification;
	switch (verification->state) {
	case VERIFICATION_LOCKED:
		return REASON_LOCKED;
	case VERIFICATION_CANCELLED:
		return REASON_CANCELLED;
	case VERIFICATION_REFUSED:
		return (enum reason)verification->reason;
	case VERIFICATION_ALLOWED:
		return REASON_EXPIRED;
	case VERIFICATION_OPEN:
		break;
	}
	if (verification_is_expired(verification, now))
		return REASON_EXPIRED;
	/* Every way was closed meanwhile: the person was suspended, say. */
	return ask->methods.count ? REASON_NONE : ask->methods.none;
}

enum verifications_decision attempts_refusal(const struct verifications_ask *ask, enum reason reason)
{
	bool lacks_app = reason == REASON_WEAK_METHOD && ask->methods.to_enroll;
	return reason == REASON_NO_FACTOR || lacks_app ? VERIFICATIONS_ENROLL : VERIFICATIONS_DENY;
}

/* ---- comparing ---- */

enum match { MATCH_NONE, MATCH_FRESH, MATCH_USED };

/* What a code came to with all of a person's ways. */
struct comparison {
	enum match match;
	const struct method *method; /* of a fresh one */
	uint64_t steps[FACTOR_MAX];  /* by method: the step to consume; 0 = none */
	uint64_t aside[FACTOR_MAX];  /* the same of those that prove nothing here */
};

static void note(struct comparison *comparison, bool fresh, const struct method *method)
{
	if (fresh && comparison->match != MATCH_FRESH)
		comparison->method = method;
	if (fresh || comparison->match == MATCH_NONE)
		comparison->match = fresh ? MATCH_FRESH : MATCH_USED;
}

static bool is_meant(const struct verifications_ask *ask, struct id factor)
{
	return ids_is_none(ask->factor) || ids_equal(ask->factor, factor);
}

static void compare_shown(const struct verifications_ask *ask, size_t at, struct comparison *comparison)
{
	const struct method *method = &ask->methods.items[at];
	uint64_t step = 0;
	bool same = totp_match(&method->candidates, ask->code, &step);
	/* A decoy's codes are compared for the work it takes, and are never right. */
	if (!same || verification_is_decoy(&ask->verification))
		return;
	bool fresh = step > method->last_step;
	/* Used up also in a factor that was not meant: else one code that two of them show opens twice. */
	comparison->steps[at] = fresh ? step : 0;
	if (is_meant(ask, method->factor))
		note(comparison, fresh, method);
}

static void compare_mailed(
	const struct verifications_ask *ask, struct instant now, struct comparison *comparison)
{
	const struct verification *verification = &ask->verification;
	for (size_t i = 0; i < verification->code_count; i++) {
		const struct verification_code *code = &verification->codes[i];
		const struct method *method = methods_find(&ask->methods, FACTOR_EMAIL, code->factor);
		bool live = now.ms < code->made.ms + MAILCODES_MINUTES * 60000 &&
			code->made.ms >= ask->methods.changed.ms;
		bool same = secret_equal(SPAN_BYTES(ask->code_hash), SPAN_BYTES(code->hash));
		if (same && live && method && is_meant(ask, code->factor) &&
			!verification_is_decoy(verification))
			note(comparison, true, method);
	}
}

/* Never right here, and used up all the same when another one is. */
static void compare_aside(const struct verifications_ask *ask, size_t at, struct comparison *comparison)
{
	const struct method *method = &ask->methods.aside[at];
	uint64_t step = 0;
	bool same = totp_match(&method->candidates, ask->code, &step);
	comparison->aside[at] = same && step > method->last_step ? step : 0;
}

static void compare(const struct verifications_ask *ask, struct instant now, struct comparison *comparison)
{
	*comparison = (struct comparison){0};
	for (size_t i = 0; i < ask->methods.aside_count; i++)
		compare_aside(ask, i, comparison);
	for (size_t i = 0; i < ask->methods.count; i++)
		if (factor_shows_codes(ask->methods.items[i].type))
			compare_shown(ask, i, comparison);
	compare_mailed(ask, now, comparison);
	/* The very code that allowed it, however long ago. */
	bool allowed = ask->verification.state == VERIFICATION_ALLOWED;
	if (secret_equal(SPAN_BYTES(ask->code_hash), SPAN_BYTES(ask->verification.used_code)) && allowed)
		comparison->match = MATCH_USED;
}

/* ---- deciding ---- */

/* Only a wrong code costs a try: what was charged for another one is given back. */
static void decide(struct verifications_ask *ask, const struct comparison *comparison)
{
	struct verification *verification = &ask->verification;
	bool open = verification->state == VERIFICATION_OPEN;
	ask->decision = VERIFICATIONS_DENY;
	if (comparison->match != MATCH_NONE || !open)
		verification->tries--;
	if (comparison->match == MATCH_USED) {
		ask->reason = REASON_REPLAYED;
	} else if (!open) {
		ask->reason = REASON_EXPIRED;
	} else if (comparison->match == MATCH_FRESH) {
		ask->decision = VERIFICATIONS_ALLOW;
		ask->reason = REASON_NONE;
	} else if (verification->tries < VERIFICATION_TRIES) {
		ask->decision = VERIFICATIONS_CHALLENGE;
		ask->reason = REASON_WRONG_CODE;
	} else {
		verification->state = VERIFICATION_LOCKED;
		ask->reason = REASON_LOCKED;
	}
}

static fallible consume_one(
	struct act *act, const struct verification *verification, struct id id, uint64_t step)
{
	struct factor factor;
	struct view view = view_act(act);
	if (step == 0)
		return OK;
	TRY(factor_get(&view, verification->tenant, verification->person, id, &factor));
	factor_learn(&factor, step, volume_wall(act->volume, act->now));
	return factor_put(act, &factor);
}

/* The code is spent in every factor that it would open: last_step only rises. */
static fallible consume(
	struct act *act, const struct verifications_ask *ask, const struct comparison *comparison)
{
	const struct methods *methods = &ask->methods;
	for (size_t i = 0; i < methods->count; i++)
		TRY(consume_one(act, &ask->verification, methods->items[i].factor, comparison->steps[i]));
	for (size_t i = 0; i < methods->aside_count; i++)
		TRY(consume_one(act, &ask->verification, methods->aside[i].factor, comparison->aside[i]));
	return OK;
}

static void allow(struct act *act, struct verifications_ask *ask, const struct method *method)
{
	struct verification *verification = &ask->verification;
	verification->state = VERIFICATION_ALLOWED;
	verification->decided = act->now;
	verification->event = ask->drafts[method->type].leaf.event;
	verification->factor = method->factor;
	verification->weak = !method->proven;
	verification->aal = factor_shows_codes(method->type) ? 2 : 1;
	verification->code_count = 0; /* whatever else was mailed is worth nothing any more */
	memcpy(verification->used_code, ask->code_hash, sizeof ask->code_hash);
}

/* ---- events ---- */

/* Of which kind a code that was not right seems to be; 0 when there is no way at all. */
static enum factor_type seeming_type(const struct verifications_ask *ask)
{
	const struct method *device = methods_find_device(&ask->methods);
	const struct method *email = methods_find(&ask->methods, FACTOR_EMAIL, (struct id){0});
	if (device && (!email || strlen(ask->code) == device->shape.digits))
		return device->type;
	return email ? FACTOR_EMAIL : (enum factor_type)0;
}

fallible attempts_refuse(
	struct act *act, struct verifications_ask *ask, enum action action, enum reason reason)
{
	struct event_draft *draft = &ask->drafts[ask->has_code ? seeming_type(ask) : 0];
	enum reason blocked = ask->device_lost ? REASON_DEVICE_REVOKED : ask->signin.refused;
	if (blocked != REASON_NONE) {
		action = ask->verification.is_action ? ACTION_STEPUP_FAILED : ACTION_LOGIN_BLOCKED;
		reason = blocked;
	}
	event_decide(draft, action, LEAF_DENIED, reason);
	return storm_refuse(act, ask->verification.tenant, draft, NULL);
}

static fallible add_outcome(struct act *act, struct verifications_ask *ask, const struct method *method)
{
	struct event_draft *draft = &ask->drafts[method ? method->type : 0];
	if (ask->decision != VERIFICATIONS_ALLOW) {
		bool replayed = ask->reason == REASON_REPLAYED;
		return attempts_refuse(act, ask,
			replayed ? ACTION_CHALLENGE_REPLAYED : ACTION_CHALLENGE_FAILED, ask->reason);
	}
	event_decide(draft, ask->verification.is_action ? ACTION_STEPUP_PASSED : ACTION_LOGIN_SUCCEEDED,
		LEAF_SUCCESS, REASON_NONE);
	draft->leaf.flags |= ask->verification.weak ? 0 : LEAF_PROVEN;
	return event_add(act, ask->verification.tenant, &draft->leaf, &ask->receipt);
}

/* The lock, of the verification or of the person's lane, is an event of its own and never folded; the try
 * that brought it is one more refusal. */
fallible attempts_add_lock(struct act *act, struct verifications_ask *ask)
{
	if (!ask->may_lock)
		return FAIL_CODE(STALE, "the event of a lock is not sealed yet");
	TRY(attempts_refuse(act, ask, ACTION_CHALLENGE_FAILED, REASON_WRONG_CODE));
	event_decide(&ask->locked, ACTION_CHALLENGE_LOCKED, LEAF_DENIED, REASON_LOCKED);
	return event_add(act, ask->verification.tenant, &ask->locked.leaf, NULL);
}

/* ---- writing ---- */

/* Only a wrong code on one that was open is charged: no other is a guess. */
static fallible write_wrong(struct act *act, struct verifications_ask *ask, struct budget *budget)
{
	budget_charge(budget, act->now);
	TRY(budget_put(act, budget));
	ask->wait_ms = budget_wait_ms(budget, act->now);
	TRY(ask->may_lock ? lock_news_write(act, ask, budget) : OK);
	if (ask->verification.state == VERIFICATION_LOCKED || ask->wait_ms > 0)
		return attempts_add_lock(act, ask);
	return add_outcome(act, ask, NULL);
}

static fallible write_right(struct act *act, struct verifications_ask *ask,
	const struct comparison *comparison, struct budget *budget)
{
	allow(act, ask, comparison->method);
	TRY(verification_put(act, &ask->verification));
	TRY(consume(act, ask, comparison));
	TRY(lanes_clear(act, &ask->verification, budget));
	TRY(add_outcome(act, ask, comparison->method));
	TRY(new_device_write(act, ask)); /* it is this person's device from now on */
	TRY(risk_write(act, ask));
	return remembering_begin_write(act, ask);
}

fallible attempts_write(struct act *act, struct verifications_ask *ask)
{
	struct verification *verification = &ask->verification;
	struct comparison comparison = {0};
	struct view view = view_act(act);
	struct budget budget;
	bool was_open = verification->state == VERIFICATION_OPEN;
	enum reason closed = attempts_closed(ask, act->now);
	TRY(lanes_read(&view, verification, &budget));
	ask->wait_ms = budget_wait_ms(&budget, act->now);
	if (closed == REASON_NONE && ask->wait_ms > 0)
		closed = REASON_LOCKED;
	ask->compared = closed == REASON_NONE ||
		(verification->state == VERIFICATION_ALLOWED &&
			!verification_is_expired(verification, act->now));
	ask->decision = attempts_refusal(ask, closed);
	ask->reason = closed;
	if (ask->compared) {
		verification->tries++; /* charged before anything is compared */
		compare(ask, act->now, &comparison);
		decide(ask, &comparison);
	}
	if (ask->decision == VERIFICATIONS_ALLOW)
		return write_right(act, ask, &comparison, &budget);
	TRY(verification_put(act, verification));
	if (ask->compared && was_open && comparison.match == MATCH_NONE)
		return write_wrong(act, ask, &budget);
	return add_outcome(act, ask, NULL);
}
