/* SPDX-License-Identifier: Apache-2.0 */
/* follower - copied from its call, renewed every few seconds, ended with an event. */
#include "server/api/log/follower.h"

#include "base/text.h"
#include "server/api/log/log_ask.h"
#include "store/nouns/event_add.h"

#include <stdlib.h>

enum { FOLLOWER_ARENA_MAX = 64 * 1024, RENEW_ARENA_MAX = 256 * 1024, DETAIL_MAX = 1024 };

/* ---- from a call ---- */

static fallible keep_texts(struct arena *arena, struct span *texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		TRY(arena_keep(arena, texts[i], &texts[i]));
	return OK;
}

static fallible keep_list(struct arena *arena, struct log_texts *list)
{
	return keep_texts(arena, list->values, list->count);
}

static fallible print_key(const uint8_t key[static VIEWED_KEY], char text[static 2 * VIEWED_KEY + 1])
{
	scoped(buf) hex = BUF(2 * VIEWED_KEY);
	text_put_hex(&hex, span_of(key, VIEWED_KEY));
	TRY(buf_check(&hex));
	memcpy(text, hex.data, 2 * VIEWED_KEY);
	return OK;
}

static fallible keep_values(struct arena *arena, struct log_values *values)
{
	TRY(keep_texts(arena, values->declared, values->declared_count));
	TRY(keep_texts(arena, values->actors, values->actor_count));
	TRY(keep_texts(arena, values->clients, values->client_count));
	TRY(keep_list(arena, &values->in_place_of));
	TRY(keep_list(arena, &values->branches));
	TRY(keep_list(arena, &values->objects));
	TRY(keep_list(arena, &values->devices));
	TRY(keep_list(arena, &values->addresses));
	return keep_list(arena, &values->texts);
}

static fallible fill(struct call *call, const struct follower_ask *ask, struct follower *follower)
{
	follower->route = call->route;
	follower->reader = ask->reader;
	follower->filters = ask->filters;
	follower->filters.order = QUERY_OLDEST_FIRST;
	follower->from = ask->from;
	follower->next = ask->from;
	follower->logged = ask->logged;
	follower->since = call->now;
	follower->said_ms = clock_monotonic_ms();
	TRY(print_key(ask->key, follower->key));
	TRY(caller_keep(&call->caller, &follower->arena, &follower->caller));
	TRY(keep_values(&follower->arena, &follower->filters.has));
	TRY(keep_values(&follower->arena, &follower->filters.lacks));
	return log_read_query(call->server, &follower->reader, &follower->filters, &follower->query);
}

fallible follower_open(struct call *call, const struct follower_ask *ask, struct follower **follower)
{
	struct follower *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for a follower");
	made->arena = ARENA(FOLLOWER_ARENA_MAX);
	struct err err = fill(call, ask, made);
	if (err_failed(err))
		follower_close(made);
	else
		*follower = made;
	return err;
}

void follower_close(struct follower *follower)
{
	arena_done(&follower->arena);
	free(follower);
}

/* ---- while it follows ---- */

static fallible renew(
	const struct server *server, const struct view *view, struct arena *arena, struct follower *follower)
{
	TRY(caller_renew(view, volume_now(&server->volume), arena, &follower->caller));
	if (!caller_has(&follower->caller, follower->route->scopes, follower->route->capabilities))
		return FAIL(DENIED, "the follower may read the log no longer");
	TRY(log_read_reader(view, &follower->caller, arena, &follower->reader));
	/* A ref may be somebody else's by now, and what is seen may have become less. */
	return log_read_query(server, &follower->reader, &follower->filters, &follower->query);
}

fallible follower_renew(const struct server *server, const struct view *view, struct follower *follower)
{
	struct arena arena = ARENA(RENEW_ARENA_MAX);
	struct err err = renew(server, view, &arena, follower);
	arena_done(&arena);
	return err;
}

bool follower_is_own(const struct follower *follower, struct span detail)
{
	return detail.len && memmem(detail.at, detail.len, follower->key, 2 * VIEWED_KEY) != NULL;
}

/* ---- its end ---- */

static fallible print_end(const struct follower *follower, struct span *detail, struct arena *arena)
{
	scoped(buf) json = BUF(DETAIL_MAX);
	struct json_out out = JSON_OUT(&json);
	json_out_open(&out, NULL);
	json_out_text(&out, "scope", log_ask_scope(&follower->reader));
	json_out_text(&out, "filter_hash", follower->key);
	json_out_text(&out, "following", "ended");
	json_out_number(&out, "from", (int64_t)follower->from);
	if (follower->next > follower->from)
		json_out_number(&out, "to", (int64_t)follower->next - 1);
	json_out_number(&out, "rows", (int64_t)follower->told);
	json_out_close(&out);
	return buf_keep(&json, arena, detail);
}

static fallible seal_end(const struct server *server, struct follower *follower)
{
	struct event event = caller_event(&follower->caller, ACTION_LOG_VIEWED);
	TRY(print_end(follower, &event.texts[LEAF_TEXT_DETAIL], &follower->arena));
	return event_seal(server->volume.keys, follower->caller.tenant, &event, volume_now(&server->volume),
		&follower->arena, &follower->draft);
}

static fallible write_end(struct act *act, void *context)
{
	struct follower *follower = context;
	return event_add(act, follower->caller.tenant, &follower->draft.leaf, NULL);
}

/* Nobody is left to be told that it failed; the committer's alarm and the counts of dropped acts say so. */
static void be_over(void *context, struct err result)
{
	struct follower *follower = context;
	atomic_size_t *ending = follower->ending;
	(void)result;
	follower_close(follower);
	atomic_fetch_sub(ending, 1);
}

fallible follower_log_end(const struct server *server, struct follower *follower, atomic_size_t *ending)
{
	TRY(committer_reserve(server->committer));
	struct err err = seal_end(server, follower);
	if (err_failed(err)) {
		committer_release(server->committer);
		return err;
	}
	atomic_fetch_add(ending, 1);
	follower->ending = ending;
	follower->job =
		(struct act_job){.kind = ACT_EVENT, .run = write_end, .done = be_over, .context = follower};
	committer_submit(server->committer, &follower->job);
	return OK;
}
