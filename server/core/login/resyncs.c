/* SPDX-License-Identifier: Apache-2.0 */
/* resyncs - a run of codes around now, and where two of them stand. */
#include "server/core/login/resyncs.h"

#include "server/core/login/factors_seen.h"
#include "store/nouns/budget.h"
#include "store/nouns/event_add.h"
#include "store/nouns/storm.h"

enum { RUN = 2 * RESYNCS_STEPS + 1 };

/* ---- prepare ---- */

static fallible check_factor(const struct factor *factor)
{
	if (factor->state != FACTOR_ACTIVE || !factor_shows_codes(factor->type))
		return FAIL(CONFLICT, "only an active app or token shows codes by itself");
	return OK;
}

/* By now alone, whatever drift is known: there the search begins. */
static uint64_t step_of(const struct factor *factor, struct instant now)
{
	return totp_counts(&factor->shape) ? factor->last_step : totp_step(&factor->shape, now);
}

static fallible compute(const struct scene *scene, struct resyncs_ask *ask)
{
	scoped(secret) seed = {0};
	const struct factor *factor = &ask->factor;
	uint64_t step = step_of(factor, volume_wall(&scene->server->volume, scene->now));
	uint64_t first = step < RESYNCS_STEPS ? 0 : step - RESYNCS_STEPS;
	if (totp_counts(&factor->shape))
		first = step + 1;
	ask->now_step = step;
	TRY(keeper_open_seed(scene->server->keeper, factor_seed_place(factor), factor->seed, &seed));
	TRY(twins_find(scene->server, scene->view, factor, secret_span(&seed), &ask->twins));
	return totp_compute_run(&factor->shape, secret_span(&seed), first, RUN, &ask->run);
}

fallible resyncs_prepare(const struct scene *scene, struct resyncs_ask *ask)
{
	TRY(factor_find(scene->view, scene->caller->tenant, ask->id, &ask->factor));
	/* Whose it is stays unsaid to those who may not know: as if there were none. */
	if (err_failed(factors_check_reader(scene->caller, ask->factor.person)))
		return FAIL(NOT_FOUND, "the factor is outside what the caller sees");
	TRY(check_factor(&ask->factor));
	TRY(compute(scene, ask));
	const struct person who = {.id = ask->factor.person};
	const struct factor_news_ask about = {&who, ask->id, factor_type_name(ask->factor.type), 0};
	TRY(factor_news_seal(scene, &about, ACTION_FACTOR_RESYNCED, &ask->changed));
	TRY(factor_news_seal(scene, &about, ACTION_CHALLENGE_FAILED, &ask->failed));
	return factor_news_seal(scene, &about, ACTION_CHALLENGE_LOCKED, &ask->locked);
}

/* ---- the act ---- */

static fallible refuse(struct act *act, struct resyncs_ask *ask, struct err refusal, enum reason reason)
{
	ask->refusal = refusal;
	event_decide(&ask->failed, ACTION_CHALLENGE_FAILED, LEAF_DENIED, reason);
	return storm_refuse(act, ask->factor.tenant, &ask->failed, NULL);
}

/* Wrong: the charge stands, and the one that closes the lane is a lock on record. */
static fallible refuse_wrong(struct act *act, struct resyncs_ask *ask, const struct budget *budget)
{
	TRY(budget_put(act, budget));
	TRY(refuse(act, ask, FAIL_CODE(WRONG_CODE, "the codes are not two that follow each other"),
		REASON_WRONG_CODE));
	if (budget_is_open(budget, act->now))
		return OK;
	event_decide(&ask->locked, ACTION_CHALLENGE_LOCKED, LEAF_DENIED, REASON_LOCKED);
	return event_add(act, ask->factor.tenant, &ask->locked.leaf, NULL);
}

static fallible move(struct act *act, struct resyncs_ask *ask, uint64_t step)
{
	struct factor *factor = &ask->factor;
	bool counts = totp_counts(&factor->shape);
	int64_t off = counts ? 0 : (int64_t)step - (int64_t)ask->now_step;
	if (off < -FACTOR_DRIFT_MAX || off > FACTOR_DRIFT_MAX)
		return refuse(act, ask,
			FAIL(CONFLICT, "the device's clock is off by more than is followed: set it"),
			REASON_CLOCK_UNSYNCED);
	factor->drift = (int16_t)(2 * off);
	factor->last_step = step;
	TRY(factor_put(act, factor));
	TRY(twins_use_up(act, factor, &ask->twins, step));
	event_decide(&ask->changed, ACTION_FACTOR_RESYNCED, LEAF_SUCCESS, REASON_NONE);
	return event_add(act, factor->tenant, &ask->changed.leaf, NULL);
}

fallible resyncs_write(struct act *act, struct resyncs_ask *ask)
{
	struct budget budget;
	uint64_t step = 0;
	struct view view = view_act(act);
	const struct factor *prepared = &ask->factor;
	ask->refusal = OK;
	TRY(budget_read(&view, prepared->tenant, prepared->person, (struct id){0}, &budget));
	TRY(factor_get(&view, prepared->tenant, prepared->person, prepared->id, &ask->factor));
	TRY(check_factor(&ask->factor));
	if (step_of(&ask->factor, volume_wall(act->volume, act->now)) != ask->now_step)
		return FAIL_CODE(STALE, "the codes belong to another time step");
	ask->wait_ms = budget_wait_ms(&budget, act->now);
	if (ask->wait_ms > 0)
		return refuse(act, ask, FAIL(SLOW_DOWN, "too many codes were wrong"), REASON_LOCKED);
	budget_charge(&budget, act->now); /* before anything is compared; kept only when they are wrong */
	if (!totp_match_pair(&ask->run, ask->factor.last_step, ask->first, ask->second, &step))
		return refuse_wrong(act, ask, &budget);
	return move(act, ask, step);
}
