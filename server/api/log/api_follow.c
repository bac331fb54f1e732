/* SPDX-License-Identifier: Apache-2.0 */
/* api_follow - GET /v1/events:tail. */
#include "server/api/log/follow.h"
#include "server/api/log/log_ask.h"
#include "server/api/log/log_declared.h"
#include "server/api/stage.h"
#include "server/core/log/log_live.h"
#include "store/nouns/event_add.h"

enum { DETAIL_MAX = 21 * 1024 }; /* filters as in log.viewed of a list, and where it begins */

struct tail_ask {
	struct follower_ask follower;
	bool resumes;
	struct log_view view;
	struct receipt receipt; /* of the log.viewed with which it begins */
};

/* read_after - of both the header counts: a browser that comes again has it, and the address it began with. An index that
 * the log does not have was not of this log, or the log lost it: nobody goes on from there unawares. */
static fallible read_after(struct call *call, struct span after, struct tail_ask *ask)
{
	struct span last = http_header(call->exchange, "Last-Event-ID");
	uint64_t index;
	if (last.len)
		after = last;
	ask->resumes = after.at != NULL;
	if (!ask->resumes)
		return OK;
	if (!span_number(after, INT64_MAX, &index))
		call_note(call, SPAN_LIT("after"), "malformed");
	else if (index >= tail_size_of(call->server->volume.tail, call->caller.tenant))
		call_note(call, SPAN_LIT("after"), "not_allowed");
	else
		ask->follower.from = index + 1;
	return call->problems.count ? FAIL(INVALID, "there is nothing to go on from") : OK;
}

static fallible read_ask(struct call *call, struct tail_ask *ask)
{
	scoped(stage) stage = {0};
	struct span after;
	TRY(stage_open(call, &stage));
	TRY(log_read_reader(&stage.view, &call->caller, call->arena, &ask->follower.reader));
	TRY(log_ask_follow(call, &ask->follower.filters, &after));
	TRY(log_declared_check(call, &ask->follower.filters, ""));
	ask->follower.filters.order = QUERY_OLDEST_FIRST;
	return read_after(call, after, ask);
}

/* A following of its own list: a page of the same filters is another reading of the log. */
static fallible name_view(struct call *call, struct tail_ask *ask)
{
	scoped(buf) canon = BUF(LOG_READ_CANON_MAX);
	buf_put_text(&canon, "follow");
	log_read_canon(&ask->follower.reader, &ask->follower.filters, &canon);
	TRY(buf_check(&canon));
	TRY(log_view_name(call->server, &call->caller, buf_span(&canon), &ask->view));
	memcpy(ask->follower.key, ask->view.key, sizeof ask->follower.key);
	return OK;
}

static fallible print_detail(struct call *call, const struct tail_ask *ask, struct span *detail)
{
	const struct follower_ask *follower = &ask->follower;
	scoped(buf) json = BUF(DETAIL_MAX);
	struct json_out out = JSON_OUT(&json);
	json_out_open(&out, NULL);
	log_ask_put(&out, &follower->reader, &follower->filters, SPAN_BYTES(follower->key));
	json_out_text(&out, "following", "began");
	if (ask->resumes)
		json_out_number(&out, "from", (int64_t)follower->from);
	json_out_close(&out);
	return buf_keep(&json, call->arena, detail);
}

static fallible seal_view(struct call *call, struct tail_ask *ask)
{
	struct event viewed = call_event(call, ACTION_LOG_VIEWED);
	TRY(print_detail(call, ask, &viewed.texts[LEAF_TEXT_DETAIL]));
	return log_view_seal(call->server, &call->caller, &viewed, call->now, call->arena, &ask->view);
}

/* Whoever finds no place is told before anything is written. While the log contradicts its checkpoints nothing is
 * written, yet it can be read. */
static fallible prepare(struct call *call)
{
	struct tail_ask *ask;
	TRY(call_ask(call, &ask));
	TRY(read_ask(call, ask));
	TRY(name_view(call, ask));
	if (!follow_has_room(call->server->follow))
		return FAIL(BUSY, "as many follow as the server serves");
	ask->follower.logged = !call->server->volume.read_only && !call->request->head_only;
	if (ask->follower.logged)
		return seal_view(call, ask);
	call->act = CALL_NO_ACT;
	return OK;
}

/* Not counted on another one: each following has a beginning and an end of its own (FOUNDATIONS 13). */
static fallible write(struct act *act, struct call *call)
{
	struct tail_ask *ask = call->ask;
	return event_add(act, call->caller.tenant, &ask->view.draft.leaf, &ask->receipt);
}

static fallible answer(struct call *call, struct json_out *out)
{
	struct tail_ask *ask = call->ask;
	struct follower_ask *follower = &ask->follower;
	(void)out;
	call_header(call, "X-Accel-Buffering", SPAN_LIT("no"));
	call->reply->status = call->status;
	call->reply->content_type = "text/event-stream";
	if (call->request->head_only)
		return OK;
	if (!ask->resumes)
		follower->from = follower->logged
			? ask->receipt.index + 1
			: tail_size_of(call->server->volume.tail, call->caller.tenant);
	return follow_add(call->server->follow, call, follower);
}

const struct handler api_follow = {prepare, write, answer};
