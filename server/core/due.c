/* SPDX-License-Identifier: Apache-2.0 */
/* due - one entry, one look. */
#include "server/core/due.h"

struct move {
	const struct expiry *due;
	int64_t ms;
};

static fallible write_later(struct act *act, void *context)
{
	const struct move *move = context;
	struct expiry later = *move->due;
	later.at.ms = act->now.ms + move->ms;
	TRY(expiry_drop(act, move->due));
	return expiry_put(act, &later);
}

fallible due_put_off(const struct server *server, const struct expiry *due, int64_t ms)
{
	struct move move = {due, ms};
	return committer_run(server->committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = write_later, .context = &move});
}

static fallible write_drop(struct act *act, void *context)
{
	return expiry_drop(act, *(const struct expiry **)context);
}

fallible due_drop(const struct server *server, const struct expiry *due)
{
	return committer_run(server->committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = write_drop, .context = &due});
}

static fallible find(
	const struct server *server, enum expiry_kind kind, struct instant now, struct expiry *due)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	return expiry_next(&view, kind, now, due);
}

/* Whether a look that failed is to be made again before any other. */
static bool is_of_the_moment(struct err err)
{
	return err.kind == ERR_BUSY || err.code == CODE_STALE;
}

/* What a look came to, once its entry is out of the way for so long; *stop: the turn is over. */
static fallible settle(
	const struct server *server, const struct expiry *due, int64_t ms, struct err looked, bool *stop)
{
	*stop = err_failed(looked) && is_of_the_moment(looked);
	if (!err_failed(looked) || *stop)
		return looked;
	struct err err = due_put_off(server, due, ms);
	if (err.kind == ERR_NOT_FOUND)
		return looked.kind == ERR_NOT_FOUND ? OK : looked;
	*stop = err_failed(err);
	return looked;
}

fallible due_turn(
	const struct server *server, enum expiry_kind kind, struct instant now, due_look *look, size_t *done)
{
	struct err first = OK;
	bool stop = server->volume.read_only;
	for (*done = 0; *done < DUE_AT_ONCE && !stop; ++*done) {
		struct expiry due;
		struct err err = find(server, kind, now, &due);
		if (err.kind == ERR_NOT_FOUND)
			break;
		TRY(err);
		err = settle(server, &due, DUE_AGAIN_MS, look(server, &due, now), &stop);
		if (err_failed(err) && !err_failed(first))
			first = err;
	}
	return first;
}

/* ---- many in one act ---- */

fallible due_sweep_next(struct act *act, enum expiry_kind kind, struct due_round *round)
{
	struct view view = view_act(act);
	TRY(expiry_next(&view, kind, act->now, &round->at));
	round->is_at = true;
	return expiry_drop(act, &round->at);
}

void due_sweep_did(struct due_round *round)
{
	round->is_at = false;
	round->done++;
}

struct sweeping {
	due_sweep *sweep;
	struct due_round round;
};

/* An act that found nothing to do is dropped, so that an idle server does not commit. */
static fallible run_sweep(struct act *act, void *context)
{
	struct sweeping *sweeping = context;
	TRY(sweeping->sweep(act, DUE_SWEPT_AT_ONCE, &sweeping->round));
	return sweeping->round.done ? OK : FAIL(NOT_FOUND, "nothing is due");
}

static int64_t again_ms(struct err err)
{
	return swept_is_damage(err) ? DUE_DAMAGED_MS : DUE_AGAIN_MS;
}

/* One act; *stop: nothing is left, or nothing more can be done now. */
static fallible sweep_once(const struct server *server, due_sweep *sweep, size_t *done, bool *stop)
{
	struct sweeping sweeping = {.sweep = sweep};
	const struct due_round *round = &sweeping.round;
	struct err err = committer_run(server->committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = run_sweep, .context = &sweeping});
	if (err_failed(err) && round->is_at)
		return settle(server, &round->at, again_ms(err), err, stop);
	*stop = err_failed(err) || round->done < DUE_SWEPT_AT_ONCE;
	*done += err_failed(err) ? 0 : round->done;
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

fallible due_sweep_turn(const struct server *server, due_sweep *sweep, size_t *done)
{
	struct err first = OK;
	bool stop = server->volume.read_only;
	*done = 0;
	for (unsigned failed = 0; failed < DUE_AT_ONCE && !stop;) {
		struct err err = sweep_once(server, sweep, done, &stop);
		failed += err_failed(err);
		if (err_failed(err) && !err_failed(first))
			first = err;
	}
	return first;
}

/* ---- what stands in no queue ---- */

struct working {
	due_job *job;
	struct swept swept;
};

static fallible run_work(struct act *act, void *context)
{
	struct working *working = context;
	TRY(working->job(act, DUE_SWEPT_AT_ONCE, &working->swept));
	return working->swept.done ? OK : FAIL(NOT_FOUND, "there is nothing to do");
}

static struct err say_once(struct err err, struct instant now, struct instant *told)
{
	if (!swept_is_damage(err))
		return err;
	if (told->ms && now.ms - told->ms < DUE_DAMAGED_MS)
		return OK;
	*told = now;
	return err;
}

fallible due_job_turn(const struct server *server, due_job *job, struct instant *told, size_t *done)
{
	struct err err;
	struct working working = {.job = job};
	*done = 0;
	if (server->volume.read_only)
		return OK;
	do {
		err = committer_run(server->committer,
			(struct act_job){.kind = ACT_HOUSEKEEPING, .run = run_work, .context = &working});
		*done += err_failed(err) ? 0 : working.swept.done;
	} while (!err_failed(err) && working.swept.done == DUE_SWEPT_AT_ONCE);
	if (!err_failed(err) || err.kind == ERR_NOT_FOUND)
		err = working.swept.damaged;
	return say_once(err, volume_now(&server->volume), told);
}
