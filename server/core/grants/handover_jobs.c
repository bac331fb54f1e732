/* SPDX-License-Identifier: Apache-2.0 */
/* handover_jobs - from the queue of times to an act each. */
#include "server/core/grants/handover_jobs.h"

#include "server/core/due.h"
#include "server/core/grants/handover_news.h"
#include "server/core/grants/handover_turns.h"

enum { MEMORY = 16 * 1024 * 1024 };

/* One look: read before the act, checked in it. */
struct look {
	const struct expiry *due;
	struct handover handover;
	bool tells; /* it ended by itself, and the clients are to hear of it */
	struct handover_news news;
	struct arena arena;
};

static void look_done(struct look *look)
{
	arena_done(&look->arena);
}

static fallible prepare(const struct server *server, struct instant now, struct look *look)
{
	scoped(reading) reading = {0};
	struct handover *handover = &look->handover;
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(handover_get(&view, look->due->tenant, look->due->id, handover));
	look->tells = !handover_rules_is_open(handover->state) && !handover->is_end_told;
	const struct letters_desk desk = {server, &view, handover->tenant, &look->arena};
	return look->tells ? handover_news_end(&desk, handover, now, &look->news) : OK;
}

static fallible tell(struct act *act, struct look *look)
{
	struct noun_key key = noun_key(look->handover.tenant, id_span(&look->handover.id), SPAN_NONE);
	TRY(noun_still(act, TABLE_HANDOVER, noun_key_span(&key), look->handover.version));
	look->handover.is_end_told = true;
	TRY(handover_news_write(act, &look->news));
	return handover_put(act, &look->handover);
}

static fallible write(struct act *act, void *context)
{
	struct look *look = context;
	TRY(expiry_drop(act, look->due));
	if (look->tells)
		return tell(act, look);
	return handover_turns_catch_up(act, look->handover.tenant, look->handover.from);
}

static fallible look_at_one(const struct server *server, const struct expiry *due, struct instant now)
{
	scoped(look) look = {.due = due, .arena = ARENA(MEMORY)};
	TRY(prepare(server, now, &look));
	return committer_run(server->committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = write, .context = &look});
}

fallible handover_jobs_turn(const struct server *server, struct instant now, size_t *done)
{
	return due_turn(server, EXPIRY_HANDOVER, now, look_at_one, done);
}
