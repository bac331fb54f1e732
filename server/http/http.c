/* SPDX-License-Identifier: Apache-2.0 */
/* http - libmicrohttpd's calls turned into exchanges; why so: docs/decisions/0003-libmicrohttpd.md. */
#include "server/http/http.h"

#include "base/clock.h"
#include "server/http/connections.h"
#include "server/http/endpoint.h"
#include "server/http/exchange.h"
#include "server/http/request_head.h"
#include "server/http/response.h"
#include "server/http/stream.h"
#include "server/http/target.h"

#include <microhttpd.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

enum {
	/* For the longest head and the head of an answer; the library zeroes it for each request. */
	CONNECTION_MEMORY = 24 * 1024,
	DRAIN_MAX = 1024 * 1024, /* bytes of a chunked body thrown away for the sake of a proper 413 */
	SETTLE_MS = 50, /* in which a thread that was given one when the server began to end counts it */
};

static void http_exchange_done(struct http_exchange *exchange)
{
	response_wipe(&exchange->body);
	response_wipe(&exchange->reply.body);
	response_wipe(&exchange->piece);
	struct connection *from = exchange->from;
	struct arena arena = take(&exchange->arena);
	arena_clear(&arena);
	from->arena = arena;
}

/* ask_refusal - the application's form of a failure, in place of what the reply may hold already. */
static void ask_refusal(struct http_exchange *exchange, struct err err)
{
	const struct http_app *app = exchange->server->app;
	response_wipe(&exchange->reply.body);
	stream_done(exchange);
	exchange->reply = (struct http_reply){.body = BUF(HTTP_REPLY_MAX), .close = true};
	exchange->shown = true;
	app->refuse(app->context, exchange, err);
}

static bool is_filled(const struct http_reply *reply)
{
	return reply->status >= 200 && reply->status <= 999 && !err_failed(buf_check(&reply->body));
}

static struct MHD_Response *make_response(struct http_exchange *exchange)
{
	struct http_reply *reply = &exchange->reply;
	if (reply->stream.next)
		return stream_response(exchange);
	return reply->fixed.at ? response_of_fixed(reply->fixed) : response_of(&reply->body);
}

/* send_reply - MHD_NO closes the connection without an answer: only when no refusal can be made either. */
static enum MHD_Result send_reply(struct http_exchange *exchange)
{
	if (!is_filled(&exchange->reply))
		ask_refusal(exchange, FAIL(BUG, "a reply was not filled, or does not fit"));
	if (!is_filled(&exchange->reply))
		return MHD_NO;
	exchange->stage = STAGE_ANSWERED;
	/* While draining, a client that keeps its connection would keep the server. */
	exchange->reply.close = exchange->reply.close || exchange->server->draining;
	struct MHD_Response *response = make_response(exchange);
	if (!response_dress(response, &exchange->reply, &exchange->arena))
		return MHD_NO;
	enum MHD_Result queued =
		MHD_queue_response(exchange->wire, (unsigned)exchange->reply.status, response);
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result refuse(struct http_exchange *exchange, struct err err)
{
	ask_refusal(exchange, err);
	return send_reply(exchange);
}

/* take_head - the first call. What is answered here closes the connection, because the body was not read: so
 * only refusals are. Who goes on sending what is too large would see a reset in place of the answer. */
static enum MHD_Result take_head(struct http_exchange *exchange, const struct head_line *line)
{
	exchange->server->inflight++;
	exchange->counted = true;
	connections_heard(exchange->from);
	exchange->stage = STAGE_BODY;
	connections_set_due(exchange->from, 0);
	struct err err = request_head_read(exchange, line);
	if (!err_failed(err))
		return MHD_YES;
	connections_set_due(exchange->from, 0);
	exchange->from->lingers = err.kind == ERR_TOO_LARGE;
	return refuse(exchange, err);
}

/* take_body - a body over its maximum can't be refused before it ends, so a bounded part of it is thrown
 * away. */
static enum MHD_Result take_body(struct http_exchange *exchange, struct span piece)
{
	if (!err_failed(exchange->fault)) {
		buf_put(&exchange->body, piece);
		exchange->fault = buf_check(&exchange->body);
	}
	if (err_failed(exchange->fault))
		exchange->drained += piece.len;
	return exchange->drained > DRAIN_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result answer(struct http_exchange *exchange, bool resumed)
{
	const struct http_app *app = exchange->server->app;
	connections_set_due(exchange->from, 0);
	if (err_failed(exchange->fault))
		return refuse(exchange, exchange->fault);
	if (resumed) {
		app->finish(app->context, exchange);
	} else {
		exchange->request.body = buf_span(&exchange->body);
		exchange->shown = true;
		app->begin(app->context, exchange);
	}
	if (exchange->detached)
		return MHD_NO;
	return exchange->suspended ? MHD_YES : send_reply(exchange);
}

/* on_call - libmicrohttpd's handler: once for the head, once for each piece of body, once at the end, and
 * once after each resume. inside is counted before closed is read, so that http_close never misses a call that
 * still reaches the application. */
static enum MHD_Result on_call(void *context, struct MHD_Connection *wire, const char *url,
	const char *method, const char *version, const char *data, size_t *size, void **slot)
{
	struct http_server *server = context;
	struct http_exchange *exchange = *slot;
	(void)wire;
	if (!exchange)
		return MHD_NO;
	server->inside++;
	bool resumed = exchange_go_on(exchange);
	enum MHD_Result result = MHD_NO;
	if (!server->closed && exchange->stage == STAGE_HEAD) {
		result = take_head(exchange, &(struct head_line){url, method, version});
	} else if (!server->closed && *size > 0) {
		result = take_body(exchange, span_of(data, *size));
		*size = 0;
	} else if (!server->closed) {
		result = answer(exchange, resumed);
	}
	server->inside--;
	return result;
}

static struct connection *connection_of(struct MHD_Connection *wire)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(wire, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	return info ? info->socket_context : NULL;
}

/* hide_query - 0.9.75 makes an entry of each parameter, and when its memory is full it forgets the
 * connection: it spins, and sees neither the client go nor a deadline. The query is ours to read, so it is
 * shown none. */
static void hide_query(const char *uri)
{
	char *mark = strchr(uri, '?');
	if (mark && mark[1])
		mark[1] = 0;
}

/* on_target - the request line is whole: the only moment at which the target is still as it was sent. What it
 * returns is the slot of on_call; NULL makes that refuse. */
static void *on_target(void *context, const char *uri, struct MHD_Connection *wire)
{
	struct http_server *server = context;
	struct connection *from = connection_of(wire);
	if (!from)
		return NULL;
	struct arena arena = take(&from->arena);
	arena.max = HTTP_ARENA_MAX;
	struct http_exchange *exchange = arena_alloc(&arena, sizeof *exchange);
	if (!exchange)
		return NULL;
	/* The first head of a connection has its time from accept on. */
	if (from->served)
		connections_set_due(from, clock_monotonic_ms() + server->header_deadline_ms);
	exchange->server = server;
	exchange->wire = wire;
	exchange->from = from;
	exchange->reply.body = BUF(HTTP_REPLY_MAX);
	exchange->raw_target = arena_copy(&arena, span_text(uri));
	hide_query(uri);
	exchange->arena = arena;
	return exchange;
}

/* on_end - sent, broken off or never understood. */
static void on_end(
	void *context, struct MHD_Connection *wire, void **slot, enum MHD_RequestTerminationCode why)
{
	struct http_server *server = context;
	struct http_exchange *exchange = *slot;
	(void)wire;
	(void)why;
	if (!exchange)
		return;
	*slot = NULL;
	bool counted = exchange->counted;
	server->inside++;
	(void)exchange_go_on(exchange);
	if (!server->abandoned)
		stream_done(exchange);
	if (exchange->shown && !server->abandoned)
		server->app->end(server->app->context, exchange);
	server->inside--;
	exchange->from->served = true;
	connections_set_due(exchange->from, clock_monotonic_ms() + server->idle_ms);
	http_exchange_done(exchange);
	if (counted)
		server->inflight--;
}

/* One that is abandoned counts no more: whoever asked for it is gone. */
static void count_open(struct http_server *server, enum MHD_ConnectionNotificationCode what)
{
	const size_t one_less = SIZE_MAX;
	if (server->open_now && !server->abandoned)
		*server->open_now += what == MHD_CONNECTION_NOTIFY_CLOSED ? one_less : 1;
}

static void end_connection(struct worker *worker, struct connection *from)
{
	if (from && from->lingers)
		lingering_take(worker->server->lingering, from->fd);
	connections_drop(worker->server->connections, from);
	worker->open--;
	acceptor_leave(worker->server->acceptor);
}

static void on_connection(
	void *context, struct MHD_Connection *wire, void **slot, enum MHD_ConnectionNotificationCode what)
{
	struct worker *worker = context;
	struct http_server *server = worker->server;
	count_open(server, what);
	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		end_connection(worker, *slot);
		return;
	}
	const union MHD_ConnectionInfo *fd = MHD_get_connection_info(wire, MHD_CONNECTION_INFO_CONNECTION_FD);
	const union MHD_ConnectionInfo *peer =
		MHD_get_connection_info(wire, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	int64_t due_ms = clock_monotonic_ms() + server->header_deadline_ms;
	*slot = connections_add(server->connections, fd->connect_fd, peer->client_addr, due_ms);
}

/* keep_escapes - libmicrohttpd decodes in place, %00 included; the target is ours to decode. */
static size_t keep_escapes(void *context, struct MHD_Connection *wire, char *text)
{
	(void)context;
	(void)wire;
	return strlen(text);
}

static struct MHD_Daemon *start_daemon(struct worker *worker, unsigned connections_max)
{
	struct http_server *server = worker->server;
	int64_t idle_s = (server->idle_ms + 999) / 1000;
	struct MHD_OptionItem options[] = {
		/* The acceptor keeps the limit: the library closes what is over its own. */
		{MHD_OPTION_CONNECTION_LIMIT, (intptr_t)connections_max + 1, NULL},
		{MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
		{MHD_OPTION_CONNECTION_TIMEOUT, (intptr_t)idle_s, NULL},
		{MHD_OPTION_STRICT_FOR_CLIENT, 0, NULL}, /* 1 sends the head of its 400 twice */
		{MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)on_target, server},
		{MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, server},
		{MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)on_end, server},
		{MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)on_connection, worker},
		{MHD_OPTION_END, 0, NULL},
	};
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO |
		MHD_USE_NO_LISTEN_SOCKET;
	return MHD_start_daemon(
		flags, 0, NULL, NULL, on_call, server, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

/* To the worker that has the fewest. */
static bool take_connection(void *context, int fd, const struct sockaddr *peer, socklen_t peer_len)
{
	struct http_server *server = context;
	struct worker *least = &server->workers[0];
	for (unsigned i = 1; i < server->worker_count; i++)
		if (server->workers[i].open < least->open)
			least = &server->workers[i];
	least->open++;
	if (MHD_add_connection(least->daemon, fd, peer, peer_len) == MHD_YES)
		return true;
	least->open--;
	return false;
}

static int64_t least_deadline_ms(const struct http_ask *ask)
{
	int64_t least = ask->header_deadline_ms < ask->body_deadline_ms ? ask->header_deadline_ms
									: ask->body_deadline_ms;
	return ask->idle_ms < least ? ask->idle_ms : least;
}

static void stop_workers(struct http_server *server)
{
	for (unsigned i = 0; i < server->worker_count; i++)
		MHD_stop_daemon(server->workers[i].daemon);
}

static fallible start_worker(struct http_server *server, unsigned connections_max)
{
	struct worker *worker = &server->workers[server->worker_count];
	worker->server = server;
	worker->daemon = start_daemon(worker, connections_max);
	if (!worker->daemon)
		return errno == EAGAIN
			? FAIL(IO, "the HTTP library's threads cannot be started: raise RLIMIT_NPROC")
			: FAIL(IO, "the HTTP library cannot start");
	server->worker_count++;
	return OK;
}

static fallible start_workers(struct http_server *server, unsigned count, unsigned connections_max)
{
	struct err err = OK;
	while (server->worker_count < count && !err_failed(err))
		err = start_worker(server, connections_max);
	const struct acceptor_ask ask = {server->listen_fd, connections_max, take_connection, server};
	if (!err_failed(err))
		err = acceptor_open(&ask, &server->acceptor);
	if (err_failed(err))
		stop_workers(server);
	return err;
}

/* start - connections first: the workers use them from their first moment on. */
static fallible start(struct http_server *server, const struct http_ask *ask)
{
	unsigned threads = ask->threads < 1 ? 1 : ask->threads > WORKERS_MAX ? WORKERS_MAX : ask->threads;
	unsigned max = ask->connections_max < threads ? threads : ask->connections_max;
	TRY(lingering_open(&server->lingering));
	struct err err = connections_open(max, least_deadline_ms(ask), &server->connections);
	if (!err_failed(err)) {
		err = start_workers(server, threads, max);
		if (err_failed(err))
			connections_close(server->connections);
	}
	if (err_failed(err))
		lingering_close(server->lingering);
	return err;
}

static fallible listen_to(struct http_server *server, const struct http_ask *ask)
{
	struct endpoint endpoint;
	if (ask->socket) {
		server->shares_socket = true;
		server->listen_fd = fcntl(ask->socket - 1, F_DUPFD_CLOEXEC, 0);
		return server->listen_fd >= 0 ? OK : FAIL(IO, "there is no descriptor left to listen by");
	}
	TRY(endpoint_parse(span_text(ask->listen), &endpoint));
	return endpoint_listen(&endpoint, &server->listen_fd);
}

static fallible open_server(struct http_server *server, const struct http_ask *ask)
{
	TRY(listen_to(server, ask));
	struct err err = start(server, ask);
	if (err_failed(err))
		close(server->listen_fd);
	return err;
}

fallible http_open(const struct http_ask *ask, struct http_server **server)
{
	struct http_server *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for a server");
	made->app = ask->app;
	made->header_deadline_ms = ask->header_deadline_ms;
	made->body_deadline_ms = ask->body_deadline_ms;
	made->idle_ms = ask->idle_ms;
	made->open_now = ask->open_now;
	made->lays_out_plainly = strncmp(MHD_get_version(), "0.9.", 4) == 0;
	struct err err = open_server(made, ask);
	if (err_failed(err)) {
		free(made);
		return err;
	}
	*server = made;
	return OK;
}

unsigned http_port(const struct http_server *server)
{
	return endpoint_port(server->listen_fd);
}

/* The fd is shut, not closed: http_port is asked for it still. A shared one is neither: what has come to it meanwhile is
 * another server's. */
void http_quiesce(struct http_server *server)
{
	if (atomic_exchange(&server->draining, true))
		return;
	acceptor_stop(server->acceptor);
	if (!server->shares_socket)
		shutdown(server->listen_fd, SHUT_RDWR);
}

/* wait_for_none - by looking, because the last thread to leave could not signal without touching what is
 * freed next. */
static void wait_for_none(const atomic_size_t *count, int64_t wait_ms)
{
	int64_t until_ms = clock_monotonic_ms() + wait_ms;
	while (*count > 0 && clock_monotonic_ms() < until_ms)
		clock_sleep_ms(1);
}

/* wait_for_newcomers - until each has said what it wants, or has been silent for too long. */
static void wait_for_newcomers(struct http_server *server, int64_t wait_ms)
{
	int64_t now_ms = clock_monotonic_ms();
	int64_t settled_ms = now_ms + SETTLE_MS, until_ms = now_ms + wait_ms;
	while (now_ms < until_ms &&
		(now_ms < settled_ms || connections_any_fresh(server->connections, now_ms))) {
		clock_sleep_ms(1);
		now_ms = clock_monotonic_ms();
	}
}

void http_close(struct http_server *server, int64_t wait_ms)
{
	if (!server)
		return;
	http_quiesce(server);
	wait_for_newcomers(server, wait_ms);
	wait_for_none(&server->inflight, wait_ms);
	server->closed = true;
	/* Whoever is in the application now must be through before it may go, however long that takes. */
	wait_for_none(&server->inside, INT32_MAX);
	/* libmicrohttpd aborts the process when it is stopped with a suspended connection. One that nobody
	 * resumed would cost the caller the rest of an orderly end: so its threads stay behind, and never
	 * call the application again. */
	server->abandoned = server->parked > 0;
	if (server->abandoned) {
		wait_for_none(&server->inside, INT32_MAX); /* those who took it for not abandoned */
		return;
	}
	wait_for_none(&server->resuming, INT32_MAX);
	stop_workers(server);
	acceptor_close(server->acceptor);
	connections_close(server->connections);
	lingering_close(server->lingering);
	close(server->listen_fd);
	free(server);
}

const struct http_request *http_request(const struct http_exchange *exchange)
{
	return &exchange->request;
}

struct http_reply *http_reply(struct http_exchange *exchange)
{
	return &exchange->reply;
}

struct arena *http_arena(struct http_exchange *exchange)
{
	return &exchange->arena;
}

void **http_state(struct http_exchange *exchange)
{
	return &exchange->state;
}

struct span http_header(const struct http_exchange *exchange, const char *name)
{
	const char *value = NULL;
	size_t len = 0;
	if (MHD_lookup_connection_value_n(
		    exchange->wire, MHD_HEADER_KIND, name, strlen(name), &value, &len) != MHD_YES)
		return SPAN_NONE;
	return span_of(value, len);
}

struct joined_field {
	const char *name;
	struct buf *values;
	size_t lines;
};

static enum MHD_Result join_line(void *context, enum MHD_ValueKind kind, const char *name, size_t name_len,
	const char *value, size_t value_len)
{
	struct joined_field *joined = context;
	(void)kind;
	if (name_len != strlen(joined->name) || strncasecmp(name, joined->name, name_len) != 0)
		return MHD_YES;
	if (joined->lines++)
		buf_put_text(joined->values, ", ");
	buf_put(joined->values, span_of(value, value_len));
	return MHD_YES;
}

struct span http_header_list(struct http_exchange *exchange, const char *name)
{
	struct span kept = SPAN_NONE;
	scoped(buf) values = BUF(HTTP_HEADER_LIST_MAX);
	struct joined_field joined = {name, &values, 0};
	MHD_get_connection_values_n(exchange->wire, MHD_HEADER_KIND, join_line, &joined);
	/* Without memory, or too long: as if the header were not there. */
	IGNORE(buf_keep(&values, &exchange->arena, &kept));
	return kept;
}

bool http_query(
	struct http_exchange *exchange, size_t *at, struct span *name, struct span *value, struct err *err)
{
	return target_parameter(exchange->request.query, at, &exchange->arena, name, value, err);
}

/* Suspended first, handed over second: the other way round, the resume could come before the suspension. */
void http_suspend(struct http_exchange *exchange)
{
	exchange->suspended = true;
	exchange->server->parked++;
	MHD_suspend_connection(exchange->wire);
}

/* The exchange may end, and http_close may look, as soon as the connection is resumed: resuming holds the
 * daemon until libmicrohttpd has woken its thread. */
void http_resume(struct http_exchange *exchange)
{
	struct http_server *server = exchange->server;
	server->resuming++;
	MHD_resume_connection(exchange->wire);
	server->resuming--;
}
