/* SPDX-License-Identifier: Apache-2.0 */
/* clocks - ask the kernel, compare, tell. */
#include "server/core/clocks.h"

#include "server/core/detail.h"
#include "store/event.h"
#include "store/log.h"
#include "store/nouns/event_add.h"

#include <stdio.h>

enum { TOLD_MEMORY = 64 * 1024, NUMBER_MAX = 24 };

/* ---- at start ---- */

/* A stub does not say when; then the machine's clock is believed. */
static fallible newest(const struct server *server, struct instant *received)
{
	scoped(reading) reading = {0};
	struct log_row row;
	struct leaf leaf;
	uint64_t last = server->volume.head.sequence;
	received->ms = 0;
	if (last == 0)
		return OK;
	TRY(reading_open(&server->volume, &reading));
	TRY(log_get(&reading.txn, last, &row));
	if (row.leaf.len == 0)
		return OK;
	TRY(leaf_decode(row.leaf, &leaf));
	*received = leaf.received;
	return OK;
}

fallible clocks_begin(const struct server *server)
{
	struct instant received;
	TRY(newest(server, &received));
	steady_raise(server->volume.clock, received);
	steady_now(server->volume.clock);
	return OK;
}

/* ---- the alarm ---- */

struct telling {
	struct id tenant;
	struct event_draft draft;
};

static fallible run_telling(struct act *act, void *context)
{
	struct telling *telling = context;
	return event_add(act, telling->tenant, &telling->draft.leaf, NULL);
}

static fallible tell(struct server *server, struct id tenant, int64_t behind_ms)
{
	char number[NUMBER_MAX];
	scoped(arena) arena = ARENA(TOLD_MEMORY);
	struct telling telling = {.tenant = tenant};
	struct instant now = volume_now(&server->volume);
	struct event event = {.action = ACTION_CLOCK_JUMPED,
		.source = LEAF_SERVER,
		.outcome = LEAF_SUCCESS,
		.time = now,
		.actor = LEAF_SYSTEM};
	snprintf(number, sizeof number, "-%lld", (long long)behind_ms);
	const struct detail_field delta = {"delta_ms", span_text(number), DETAIL_NUMBER};
	TRY(detail_print(&delta, 1, &arena, &event.texts[LEAF_TEXT_DETAIL]));
	TRY(event_seal(server->volume.keys, tenant, &event, now, &arena, &telling.draft));
	return committer_run(server->committer,
		(struct act_job){.kind = ACT_EVENT, .run = run_telling, .context = &telling});
}

static fallible tell_all(struct server *server, int64_t behind_ms)
{
	struct id tenant;
	for (uint32_t number = 0; tail_find_tenant(server->volume.tail, number, &tenant); number++)
		TRY(tell(server, tenant, behind_ms));
	return OK;
}

/* ---- looking ---- */

fallible clocks_look(struct server *server)
{
	struct health *health = server->health;
	health->clock_unsynced = !clock_is_synced();
	if (!server->volume.clock)
		return OK;
	steady_now(server->volume.clock);
	int64_t behind_ms = steady_behind_ms(server->volume.clock);
	if (behind_ms <= CLOCKS_STEP_MS) {
		health->clock_behind = false;
		return OK;
	}
	/* From now on no code counts where a policy is strict; the alarm is told once for each step. */
	if (!atomic_exchange(&health->clock_behind, true)) {
		struct err err = tell_all(server, behind_ms);
		if (err_failed(err))
			health->clock_behind = false;
		return err;
	}
	return OK;
}

bool clocks_in_doubt(const struct server *server)
{
	const struct health *health = server->health;
	bool behind = server->volume.clock && steady_behind_ms(server->volume.clock) > CLOCKS_STEP_MS;
	return behind || (health && health->clock_unsynced);
}
