/* SPDX-License-Identifier: Apache-2.0 */
/* log_follow - one stream after the other, each from where the last one ended. */
#include "cli/log_follow.h"

#include "cli/log_event.h"
#include "cli/log_query.h"
#include "cli/print.h"
#include "cli/session.h"
#include "cli/sse.h"

enum {
	ARENA_BYTES = 16 * 1024 * 1024,
	OPTIONS_BYTES = 64 * 1024,
	SILENCE_MS = 60 * 1000, /* the server lets itself be heard four times in that time */
	WAIT_FIRST_MS = 1000,
	WAIT_MAX_MS = 30 * 1000,
};

static const char PATH[] = "v1/events:tail";

/* A log that is followed. */
struct following {
	struct commands_call *call;
	struct session session;
	struct arena options;
	struct buf path;
	struct table table;
	struct sse sse;
	uint64_t left;   /* events still wanted */
	bool connected;  /* the server has answered once */
	bool heard;      /* since the last connection began */
	int64_t wait_ms; /* before the next try */
};

static void following_done(struct following *following)
{
	sse_done(&following->sse);
	buf_done(&following->path);
	arena_done(&following->options);
	session_done(&following->session);
}

static fallible write_event(struct following *following, struct json_object *event, struct buf *lines)
{
	if (following->call->option[COMMANDS_JSON])
		return log_event_put_json(event, lines);
	TRY(log_event_add(&following->table, event));
	table_put(&following->table, lines);
	return buf_check(lines);
}

/* One message of the stream. */
static fallible take_message(void *context, const struct sse_event *message)
{
	struct following *following = context;
	scoped(arena) arena = ARENA(ARENA_BYTES);
	scoped(json_doc) doc = {0};
	scoped(buf) lines = BUF(ARENA_BYTES);
	struct json_problems problems = {0};
	struct json_object event;
	following->heard = true;
	if (following->left == 0)
		return OK;
	if (err_failed(json_in_parse(&doc, message->data, &arena, &problems)) ||
		err_failed(json_in_top(&doc, &event)))
		return FAIL(CORRUPT, "the server's stream holds something else than events");
	/* Only what has its place in the log is an event of it. */
	if (!json_in_has(&event, "index"))
		return OK;
	following->table.arena = &arena;
	TRY(write_event(following, &event, &lines));
	print_meanwhile("%s", "");
	print_bytes(buf_span(&lines));
	following->left--;
	return print_flush();
}

/* The transfer ends by a failure of ours when enough was seen. */
static fallible take_piece(void *context, struct span piece)
{
	struct following *following = context;
	following->connected = true;
	TRY(sse_feed(&following->sse, piece));
	return following->left == 0 ? FAIL(EXPIRED, "enough was seen") : OK;
}

static fallible follow_once(struct following *following)
{
	scoped(http_client_reply) reply = {0};
	struct http_client_ask ask = {
		.path = (const char *)following->path.data,
		.last_event = following->sse.id[0] ? following->sse.id : NULL,
		.silence_ms = SILENCE_MS,
		.on_piece = take_piece,
		.context = following,
	};
	following->heard = false;
	sse_restart(&following->sse);
	return session_call(&following->session, following->call, &ask, &reply);
}

/* What will pass. A first connection that fails is told at once: the address may be wrong. */
static bool is_passing(const struct following *following, struct err err)
{
	bool gone = !err_failed(err) || err.kind == ERR_REMOTE || err.kind == ERR_BUSY ||
		err.kind == ERR_SLOW_DOWN;
	return gone && following->connected;
}

static void wait_and_say(struct following *following)
{
	int64_t first = following->sse.retry_ms >= 0 ? following->sse.retry_ms : WAIT_FIRST_MS;
	int64_t wait = following->heard || following->wait_ms == 0 ? first : following->wait_ms;
	wait = wait > WAIT_MAX_MS ? WAIT_MAX_MS : wait;
	print_meanwhile("the server is gone; asking again in %lld s", (long long)((wait + 999) / 1000));
	clock_sleep_ms(wait);
	following->wait_ms = wait * 2 + WAIT_FIRST_MS;
	following->call->where[0] = '\0';
}

static fallible follow(struct following *following)
{
	struct err err = follow_once(following);
	while (following->left > 0 && is_passing(following, err)) {
		wait_and_say(following);
		err = follow_once(following);
	}
	print_meanwhile("%s", "");
	return following->left == 0 ? OK : err;
}

static fallible make_path(struct following *following)
{
	struct log_query query;
	TRY(log_query_read(following->call, &following->options, &query));
	buf_put_text(&following->path, PATH);
	buf_put_text(&following->path, query.count ? "?" : "");
	log_query_put_url(&query, &following->path);
	buf_put_u8(&following->path, 0);
	return buf_check(&following->path);
}

fallible log_follow_run(struct commands_call *call)
{
	scoped(following) following = {
		.call = call, .options = ARENA(OPTIONS_BYTES), .path = BUF(HTTP_CLIENT_PATH_MAX)};
	following.sse = SSE(take_message, &following);
	TRY(log_query_limit(call, UINT64_MAX, &following.left));
	TRY(make_path(&following));
	following.table = log_event_table(call, NULL);
	TRY(session_open(call, &following.session));
	return follow(&following);
}
