/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch - drive one call through its handler, on pool threads and on the committer. */
#include "server/api/dispatch.h"

#include "base/clock.h"
#include "base/text.h"
#include "crypto/random.h"
#include "policies/denials.h"
#include "server/api/guard.h"
#include "server/api/idempotency.h"
#include "server/api/reply.h"
#include "server/api/routes.h"
#include "server/core/detail.h"
#include "server/core/login/sessions.h"
#include "server/core/proof.h"
#include "server/http/tongues.h"
#include "store/nouns/storm.h"

enum {
	DRAIN_MAX = 64 * 1024,
	SEALED_RETRY_S = 15 /* somebody types shares meanwhile */
};

/* A call and what the dispatcher keeps beside it. */
struct flight {
	struct call call;
	struct dispatch *dispatch;
	struct err routing;         /* what came of looking for its route */
	const char *allowed;        /* methods, when the route has another one */
	struct event_draft refusal; /* access.denied, sealed */
	bool refusing;              /* the act only writes the refusal down */
	bool told;                  /* the act queued a notice */
	int64_t came_ns;
	struct moments_place place;
	struct buf kept; /* the answer without secrets, made inside the act */
	bool is_ahead;   /* its answer lies in the reply already, or why there is none in ahead */
	struct err ahead;
	size_t headers_before; /* it was made */
};

static struct flight *flight_of(struct http_exchange *exchange)
{
	return *http_state(exchange);
}

/* When it is worth trying again; without it the answer of a 429 or 503 says one second. */
static void put_wait(struct call *call)
{
	scoped(buf) seconds = BUF(24);
	if (call->retry_after_s <= 0)
		return;
	buf_printf(&seconds, "%lld", (long long)call->retry_after_s);
	struct span text = arena_copy(call->arena, buf_span(&seconds)); /* it has to last until it is sent */
	if (text.at)
		call_header(call, "Retry-After", text);
}

/* Who names a language of ours is told in it why a use is refused. */
static void put_into_words(struct call *call, struct err *err)
{
	enum language language;
	if (!tongues_choose(http_header_list(call->exchange, "Accept-Language"), &language))
		return;
	const char *sentence = denials_text(err->code, language);
	if (!sentence)
		return;
	err->why = sentence;
	call_header(call, "Content-Language", span_text(languages_code(language)));
}

static void answer_problem(struct flight *flight, struct err err)
{
	const struct dispatch *dispatch = flight->dispatch;
	put_into_words(&flight->call, &err);
	if (err_row(err.code)->status >= 500 && err.kind != ERR_BUSY)
		dispatch->failed(dispatch->context, err, flight->call.id);
	put_wait(&flight->call);
	if (flight->call.route && (flight->call.route->needs & ROUTE_SIGNED))
		reply_duo_problem(flight->call.reply, err);
	else
		reply_problem(flight->call.reply, err, &flight->call.problems, flight->call.id);
}

/* ---- the act ---- */

static fallible write_refusal(struct act *act, struct flight *flight)
{
	const struct caller *caller = &flight->call.caller;
	/* Else a device that nobody has seen yet would be another one each time, and no refusal would be counted. */
	TRY(caller_put_device(act, caller));
	return storm_refuse(act, caller->tenant, &flight->refusal, NULL);
}

static fallible write_call(struct act *act, struct call *call)
{
	if (call->caller.is_untouched)
		TRY(sessions_touch(act, &call->caller));
	if (call->is_touch)
		return OK;
	TRY(idempotency_check(act, call));
	if (call->caller.proof.given)
		TRY(proof_use(act, call->caller.tenant, &call->caller.proof));
	TRY(caller_put_device(act, &call->caller));
	return call->route->handler->write(act, call);
}

static fallible run_act(struct act *act, void *context)
{
	struct flight *flight = context;
	TRY(flight->refusing ? write_refusal(act, flight) : write_call(act, &flight->call));
	flight->told = act->told;
	return OK;
}

static fallible keep_answer(struct act *act, void *context)
{
	struct flight *flight = context;
	struct call *call = &flight->call;
	if (flight->refusing || !call->idempotency || err_failed(call->refusal) || call->act == CALL_GOES_ON)
		return OK;
	buf_done(&flight->kept);
	flight->kept = BUF(CALL_ANSWER_MAX);
	struct json_out out = JSON_OUT(&flight->kept);
	size_t headers = call->reply->header_count;
	out.redact = true;
	json_out_open(&out, NULL);
	struct err err = call->route->handler->answer(call, &out);
	call->reply->header_count = headers; /* the body alone is kept */
	TRY(err);
	if (out.withheld_count) {
		json_out_open_array(&out, "withheld");
		for (size_t i = 0; i < out.withheld_count; i++) {
			scoped(buf) pointer = BUF(128);
			buf_printf(&pointer, "/%s", out.withheld[i]);
			json_out_span(&out, NULL, buf_span(&pointer));
		}
		json_out_close_array(&out);
	}
	json_out_close(&out);
	TRY(buf_check(&flight->kept));
	return idempotency_keep(act, call, buf_span(&flight->kept));
}

static void end_act(void *context, struct err result)
{
	struct flight *flight = context;
	struct call *call = &flight->call;
	call->result = result;
	if (!err_failed(result) && flight->told)
		flight->dispatch->committed(flight->dispatch->context);
	if (err_failed(result) || !call->at_moment)
		http_resume(call->exchange);
	else
		moments_resume(call->server->moments, &flight->place, call->exchange, flight->came_ns);
}

static enum act_kind kind_of(const struct flight *flight)
{
	if (flight->refusing)
		return ACT_EVENT;
	if (flight->call.act == CALL_STATE)
		return ACT_STATE;
	return flight->call.act == CALL_HOUSEKEEPING ? ACT_HOUSEKEEPING : ACT_EVENT;
}

/* What the act touches of the flight is not this thread's any more after it was submitted. */
static fallible submit(struct flight *flight)
{
	struct call *call = &flight->call;
	TRY(committer_reserve(call->server->committer));
	call->job = (struct act_job){.kind = kind_of(flight),
		.run = run_act,
		.numbered = keep_answer,
		.done = end_act,
		.context = flight};
	http_suspend(call->exchange);
	committer_submit(call->server->committer, &call->job);
	return OK;
}

/* ---- refusals ---- */

/* A known caller inside its tenant is told no: that is an event. So is every 404 on an id given by a person,
 * who sees only part of the tenant, whether the thing exists or not (FOUNDATIONS 13). */
static bool is_on_record(const struct call *call, struct err err)
{
	if (ids_is_none(call->caller.tenant))
		return false;
	return err.kind == ERR_DENIED || (err.kind == ERR_NOT_FOUND && !ids_is_none(call->caller.person));
}

/* What the route asks of a person; "none" where something else was missing. */
static fallible print_asked(struct call *call, struct span *detail)
{
	unsigned capability = 0;
	while (capability < CAPABILITY_COUNT && !(call->route->capabilities >> capability & 1))
		capability++;
	const char *name =
		capability < CAPABILITY_COUNT ? capabilities_name((enum capability)capability) : "none";
	const struct detail_field field = {"capability", span_text(name), DETAIL_TEXT};
	return detail_print(&field, 1, call->arena, detail);
}

static fallible seal_refusal(struct flight *flight, struct err err)
{
	struct call *call = &flight->call;
	struct event event = call_event(call, ACTION_ACCESS_DENIED);
	event.outcome = LEAF_DENIED;
	event.texts[LEAF_TEXT_OBJECT_TYPE] = SPAN_LIT("route");
	event.texts[LEAF_TEXT_OBJECT] = span_first(call->request->path, 256);
	event.texts[LEAF_TEXT_LABEL] = span_text(call->route->pattern);
	if (!reasons_find(span_text(err_row(err.code)->name), &event.reason))
		event.reason = REASON_NOT_ALLOWED;
	TRY(print_asked(call, &event.texts[LEAF_TEXT_DETAIL]));
	return call_seal(call, &event, &flight->refusal);
}

static void refuse(struct flight *flight, struct err err)
{
	struct call *call = &flight->call;
	if (!is_on_record(call, err)) {
		answer_problem(flight, err);
		return;
	}
	struct err failure = seal_refusal(flight, err);
	call->refusal = err;
	flight->refusing = true;
	if (!err_failed(failure))
		failure = submit(flight);
	if (err_failed(failure))
		answer_problem(flight, failure);
}

/* ---- answers ---- */

static void add_usual_headers(struct call *call)
{
	reply_header(call->reply, "X-Request-Id", span_text(call->id));
}

static fallible make_json(struct call *call)
{
	struct http_reply *reply = call->reply;
	reply->body = BUF(CALL_ANSWER_MAX);
	struct json_out out = JSON_OUT(&reply->body);
	json_out_open(&out, NULL);
	TRY(call->route->handler->answer(call, &out));
	json_out_close(&out);
	TRY(buf_check(&reply->body));
	reply->status = call->status;
	reply->content_type = "application/json";
	return OK;
}

static fallible make_answer(struct call *call)
{
	return call->route->needs & ROUTE_RAW ? call->route->handler->answer(call, NULL) : make_json(call);
}

static void answer(struct flight *flight)
{
	struct err err = flight->is_ahead ? flight->ahead : make_answer(&flight->call);
	if (err_failed(err))
		answer_problem(flight, err);
}

/* An answer that its act does not change is made while that commits, and waits for it. */
static fallible submit_call(struct flight *flight)
{
	struct call *call = &flight->call;
	bool is_ahead = call->route->handler->ahead && call->act == CALL_EVENT && !call->idempotency;
	flight->headers_before = call->reply->header_count;
	TRY(submit(flight));
	if (is_ahead)
		flight->ahead = make_answer(call);
	flight->is_ahead = is_ahead;
	return OK;
}

/* Its act was dropped: what was read is not shown. */
static void drop_ahead(struct flight *flight)
{
	struct http_reply *reply = flight->call.reply;
	if (reply->body.data)
		secret_wipe(reply->body.data, reply->body.len);
	buf_done(&reply->body);
	reply->header_count = flight->headers_before;
	reply->status = 0;
	flight->is_ahead = false;
}

/* An answer that no act goes before; one that does not tell how long it took leaves when finish is called. */
static void answer_at_once(struct flight *flight)
{
	struct call *call = &flight->call;
	if (!call->at_moment || !call->server->moments) {
		answer(flight);
		return;
	}
	http_suspend(call->exchange);
	moments_resume(call->server->moments, &flight->place, call->exchange, flight->came_ns);
}

/* What only reads notes as well that the session is in use, once in a while. Whether it is noted changes nothing for the
 * reader: a log that takes no more entries is read all the same. */
static void touch_and_answer(struct flight *flight)
{
	flight->call.is_touch = true;
	flight->call.act = CALL_HOUSEKEEPING;
	if (err_failed(submit(flight)))
		answer_at_once(flight);
}

/* ---- the way down ---- */

static void prepare(struct flight *flight)
{
	struct call *call = &flight->call;
	const struct handler *handler = call->route->handler;
	bool replayed = false;
	call->runs++;
	call->status = 200;
	call->at_moment = call->is_touch = false;
	call->result = OK;
	call->act = CALL_EVENT;
	call->problems = (struct json_problems){0};
	call->idempotency = NULL;
	call->refusal = OK;
	call->retry_after_s = 0;
	struct err err = idempotency_begin(call, &replayed);
	if (!err_failed(err) && replayed)
		return;
	if (!err_failed(err))
		err = handler->prepare(call);
	if (!err_failed(err) && call->act == CALL_WAITS)
		waiters_park(call->server->waiters, &call->waiter, call->exchange, call->wait_ms);
	else if (!err_failed(err) && handler->write && call->act != CALL_NO_ACT)
		err = submit_call(flight);
	else if (!err_failed(err) && call->caller.is_untouched)
		touch_and_answer(flight);
	else if (!err_failed(err))
		answer_at_once(flight);
	if (err_failed(err))
		refuse(flight, err);
}

/* Without keys nobody is known and nothing is read; which routes there are is no secret. */
static fallible check_unsealed(struct call *call)
{
	const struct health *health = call->server->health;
	if (!health || !health->sealed || (call->route->needs & ROUTE_KEYLESS))
		return OK;
	call->retry_after_s = SEALED_RETRY_S;
	return FAIL_CODE(SEALED, "the store is sealed until an operator opens it");
}

/* W3C trace context: version-traceid-parentid-flags, hexadecimal. Anything else is dropped, not an error. */
static void take_trace(struct call *call)
{
	struct span trace = http_header(call->exchange, "traceparent");
	bool fits = trace.len == 55;
	for (size_t i = 0; fits && i < trace.len; i++)
		fits = trace.at[i] == '-' || (trace.at[i] >= '0' && trace.at[i] <= '9') ||
			(trace.at[i] >= 'a' && trace.at[i] <= 'f');
	call->trace = fits ? trace : SPAN_NONE;
}

/* The exchange's, made when its head was read; NULL without memory. */
static struct flight *make_flight(struct dispatch *dispatch, struct http_exchange *exchange)
{
	struct flight *flight = flight_of(exchange);
	if (!flight)
		flight = arena_alloc(http_arena(exchange), sizeof *flight);
	if (!flight)
		return NULL;
	flight->dispatch = dispatch;
	flight->call.server = dispatch->server;
	flight->call.exchange = exchange;
	flight->call.request = http_request(exchange);
	flight->call.reply = http_reply(exchange);
	flight->call.arena = http_arena(exchange);
	*http_state(exchange) = flight;
	return flight;
}

/* The request is whole: from here on it is counted how long it takes. */
static void depart(struct flight *flight)
{
	struct call *call = &flight->call;
	flight->came_ns = clock_monotonic_ns();
	call->now = volume_now(&call->server->volume);
	ids_print(ID_REQUEST, random_id(call->now), call->id);
	add_usual_headers(call);
}

static size_t body_max(void *context, struct http_exchange *exchange)
{
	struct flight *flight = make_flight(context, exchange);
	if (!flight)
		return DRAIN_MAX;
	struct call *call = &flight->call;
	flight->routing = routes_find(
		call->request->method, call->request->path, &call->route, call->parts, &flight->allowed);
	/* Where there is no route the body is still read, within reason, so that the answer can say why. */
	return err_failed(flight->routing) ? DRAIN_MAX : call->route->body_max;
}

static void begin(void *context, struct http_exchange *exchange)
{
	struct flight *flight = flight_of(exchange);
	(void)context;
	if (!flight) {
		reply_problem(http_reply(exchange), FAIL(NO_MEMORY, "a request has no memory"), NULL, "");
		return;
	}
	struct call *call = &flight->call;
	depart(flight);
	take_trace(call);
	struct err err = flight->routing;
	if (err.kind == ERR_METHOD)
		reply_header(call->reply, "Allow", span_text(flight->allowed));
	if (!err_failed(err))
		err = check_unsealed(call);
	if (err_failed(err)) {
		answer_problem(flight, err);
		return;
	}
	err = guard_admit(call);
	if (err_failed(err))
		refuse(flight, err);
	else
		prepare(flight);
}

/* ---- the way back ---- */

static void finish(void *context, struct http_exchange *exchange)
{
	struct flight *flight = flight_of(exchange);
	struct call *call = &flight->call;
	(void)context;
	if (call->is_touch)
		call->result = OK;
	if (flight->is_ahead && (err_failed(call->result) || err_failed(call->refusal)))
		drop_ahead(flight);
	bool is_stale = call->result.code == CODE_STALE;
	bool goes_on = call->act == CALL_GOES_ON && !err_failed(call->result) && !flight->refusing;
	if (goes_on) {
		call->runs = 0;
		arena_rewind(call->arena, call->parts_from);
		call->caller.proof.given = false; /* the first part used it up */
	}
	bool goes_without = call->result.kind == ERR_FULL && call->goes_without && !call->is_full;
	call->is_full = call->is_full || goes_without;
	if (goes_on || goes_without || call->act == CALL_WAITS || (is_stale && call->runs <= CALL_RETRIES)) {
		/* What was prepared may have been of a time step that is over; its own time would be so for ever. */
		call->now = volume_now(&call->server->volume);
		prepare(flight);
		return;
	}
	if (is_stale)
		call->result = FAIL(BUSY, "what the request rests on keeps changing");
	if (err_failed(call->result) && !flight->refusing && is_on_record(call, call->result))
		refuse(flight, call->result);
	else if (err_failed(call->result))
		answer_problem(flight, call->result);
	else if (err_failed(call->refusal))
		answer_problem(flight, call->refusal);
	else
		answer(flight);
}

static void refuse_early(void *context, struct http_exchange *exchange, struct err err)
{
	struct flight *flight = make_flight(context, exchange);
	if (flight)
		depart(flight);
	reply_problem(http_reply(exchange), err, NULL, flight ? flight->call.id : "");
}

static void end(void *context, struct http_exchange *exchange)
{
	struct flight *flight = flight_of(exchange);
	(void)context;
	if (!flight)
		return;
	json_doc_done(&flight->call.body);
	json_doc_done(&flight->call.device);
	if (flight->kept.data)
		secret_wipe(flight->kept.data, flight->kept.len);
	buf_done(&flight->kept);
}

/* A stream that breaks has no reply left to say so. */
static void broke(void *context, struct http_exchange *exchange, struct err err)
{
	const struct dispatch *dispatch = context;
	dispatch->failed(dispatch->context, err, flight_of(exchange)->call.id);
}

struct http_app dispatch_app(struct dispatch *dispatch)
{
	return (struct http_app){dispatch, body_max, begin, finish, refuse_early, end, broke};
}
