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

/* What a look came to, once its entry is out of the way; *stop: the turn is over. */
static fallible settle(const struct server *server, const struct expiry *due, struct err looked, bool *stop)
{
	*stop = err_failed(looked) && is_of_the_moment(looked);
	if (!err_failed(looked) || *stop)
		return looked;
	struct err err = due_put_off(server, due, DUE_AGAIN_MS);
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
		err = settle(server, &due, look(server, &due, now), &stop);
		if (err_failed(err) && !err_failed(first))
			first = err;
	}
	return first;
}
