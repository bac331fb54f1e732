/* SPDX-License-Identifier: Apache-2.0 */
/* http_world - echoes what it is asked, at once or from another thread. */
#include "tests/server/http_world.h"

#include "base/clock.h"
#include "tests/support/wire.h"

#include <criterion/criterion.h>
#include <unistd.h>

enum { WAIT_MS = 10000 };

static size_t body_max(void *context, struct http_exchange *exchange)
{
	(void)context;
	return http_request(exchange)->method == HTTP_GET ? 0 : WORLD_BODY_MAX;
}

static void show(struct http_exchange *exchange)
{
	const struct http_request *request = http_request(exchange);
	struct http_reply *reply = http_reply(exchange);
	struct span probe = http_header(exchange, "x-probe");
	struct span name, value;
	struct err err;
	size_t at = 0;
	reply->status = 200;
	reply->content_type = "text/plain";
	buf_printf(&reply->body, "method=%d path=%.*s peer=%.*s probe=%.*s", (int)request->method,
		SPAN_FMT(request->path), SPAN_FMT(request->peer), SPAN_FMT(probe));
	while (http_query(exchange, &at, &name, &value, &err))
		buf_printf(&reply->body, " [%.*s=%.*s]", SPAN_FMT(name), SPAN_FMT(value));
	if (err_failed(err))
		reply->status = err_row(err.code)->status;
	buf_printf(&reply->body, " body=%.*s", SPAN_FMT(request->body));
}

static void enqueue(struct world *world, struct http_exchange *exchange)
{
	http_suspend(exchange);
	pthread_mutex_lock(&world->lock);
	if (world->queued < WORLD_QUEUE)
		world->queue[world->queued++] = exchange;
	pthread_cond_broadcast(&world->changed);
	pthread_mutex_unlock(&world->lock);
}

/* ---- streams ---- */

struct source {
	struct world *world;
	struct http_exchange *exchange;
	size_t made, max;
	bool cuts, waits, waited;
};

static fallible next_piece(void *state, struct buf *piece)
{
	struct source *source = state;
	if (source->waits && !source->waited) {
		source->waited = true;
		enqueue(source->world, source->exchange);
		return OK;
	}
	source->waited = false;
	if (source->cuts && source->made == 2)
		return FAIL(CORRUPT, "the source of a stream ends early");
	if (source->made == source->max)
		return OK;
	memset(buf_room(piece, WORLD_PIECE), (int)('a' + source->made % 26), WORLD_PIECE);
	source->made++;
	source->world->pulled++;
	return OK;
}

static void end_stream(void *state)
{
	struct source *source = state;
	source->world->done++;
}

static void stream(struct world *world, struct http_exchange *exchange)
{
	struct http_reply *reply = http_reply(exchange);
	struct span path = http_request(exchange)->path;
	struct source *source = arena_alloc(http_arena(exchange), sizeof *source);
	*source = (struct source){.world = world,
		.exchange = exchange,
		.max = span_is(path, "/stream/endless") ? SIZE_MAX : WORLD_PIECES,
		.cuts = span_is(path, "/stream/cut"),
		.waits = span_is(path, "/stream/later")};
	reply->status = 200;
	reply->content_type = "text/plain";
	reply->stream = (struct http_stream){source, next_piece, end_stream};
}

static void broke(void *context, struct http_exchange *exchange, struct err err)
{
	struct world *world = context;
	cr_assert(*http_state(exchange) == context);
	world->broken = err.code;
}

static void begin(void *context, struct http_exchange *exchange)
{
	struct world *world = context;
	struct http_reply *reply = http_reply(exchange);
	struct span path = http_request(exchange)->path;
	world->begun++;
	world->shown++;
	*http_state(exchange) = world;
	while (span_starts(path, SPAN_LIT("/stays")) && world->stays)
		clock_sleep_ms(1);
	if (span_is(path, "/later") || span_is(path, "/again") || span_is(path, "/stays/later")) {
		enqueue(world, exchange);
	} else if (span_is(path, "/later/stays")) {
		enqueue(world, exchange);
		while (world->stays)
			clock_sleep_ms(1);
	} else if (span_is(path, "/empty")) {
		reply->status = 204;
	} else if (span_is(path, "/cached")) {
		reply->status = 200;
		reply->headers[0] = (struct http_header){"Cache-Control", SPAN_LIT("max-age=60")};
		reply->headers[1] =
			(struct http_header){"X-Request-Id", span_first(SPAN_LIT("req_12XYZ"), 6)};
		reply->header_count = 2;
	} else if (span_is(path, "/thread")) {
		reply->status = 200;
		buf_printf(&reply->body, "%d", (int)gettid());
	} else if (span_is(path, "/close")) {
		reply->status = 200;
		reply->close = true;
	} else if (span_is(path, "/big")) {
		reply->status = 200;
		uint8_t *room = buf_room(&reply->body, 4 * 1024 * 1024);
		memset(room, 'b', 4 * 1024 * 1024);
	} else if (path.len >= 7 && span_is(span_first(path, 7), "/stream")) {
		stream(world, exchange);
	} else if (!span_is(path, "/nothing")) {
		show(exchange);
	}
}

static void finish(void *context, struct http_exchange *exchange)
{
	struct world *world = context;
	cr_assert(*http_state(exchange) == context, "the state outlives the suspension");
	bool again =
		span_is(http_request(exchange)->path, "/again") && ++world->finished % WORLD_SUSPENSIONS != 0;
	if (again)
		enqueue(world, exchange);
	else
		show(exchange);
}

static void refuse(void *context, struct http_exchange *exchange, struct err err)
{
	struct world *world = context;
	struct http_reply *reply = http_reply(exchange);
	if (!*http_state(exchange))
		world->shown++;
	*http_state(exchange) = world;
	world->refused = err.code;
	reply->status = err_row(err.code)->status;
	reply->content_type = "application/problem+json";
	buf_put_text(&reply->body, err_row(err.code)->name);
}

static void end(void *context, struct http_exchange *exchange)
{
	struct world *world = context;
	cr_assert(*http_state(exchange) == context, "no end without a beginning");
	world->ended++;
}

static void *resume_all(void *context)
{
	struct world *world = context;
	pthread_mutex_lock(&world->lock);
	for (;;) {
		while (!world->stop && !(world->gate && world->resumed < world->queued))
			pthread_cond_wait(&world->changed, &world->lock);
		if (world->stop && world->resumed == world->queued)
			break;
		struct http_exchange *next = world->queue[world->resumed++];
		pthread_mutex_unlock(&world->lock);
		http_resume(next);
		pthread_mutex_lock(&world->lock);
		pthread_cond_broadcast(&world->changed);
	}
	pthread_mutex_unlock(&world->lock);
	return NULL;
}

const struct http_ask WORLD_USUAL = {
	.listen = "127.0.0.1:0",
	.threads = 2,
	.connections_max = 256,
	.header_deadline_ms = 10000,
	.body_deadline_ms = 10000,
	.idle_ms = 10000,
};

void world_open_as(struct world *world, struct http_ask ask)
{
	*world = (struct world){.gate = true};
	world->app = (struct http_app){world, body_max, begin, finish, refuse, end, broke};
	pthread_mutex_init(&world->lock, NULL);
	pthread_cond_init(&world->changed, NULL);
	cr_assert(pthread_create(&world->worker, NULL, resume_all, world) == 0);
	ask.app = &world->app;
	struct err err = http_open(&ask, &world->server);
	cr_assert(!err_failed(err), "%s", err.why);
}

void world_open(struct world *world)
{
	world_open_as(world, WORLD_USUAL);
}

void world_set_gate(struct world *world, bool open)
{
	pthread_mutex_lock(&world->lock);
	world->gate = open;
	pthread_cond_broadcast(&world->changed);
	pthread_mutex_unlock(&world->lock);
}

void world_wait_queued(struct world *world, size_t count)
{
	pthread_mutex_lock(&world->lock);
	while (world->queued < count)
		pthread_cond_wait(&world->changed, &world->lock);
	pthread_mutex_unlock(&world->lock);
}

void world_stop_worker(struct world *world)
{
	pthread_mutex_lock(&world->lock);
	world->stop = true;
	pthread_cond_broadcast(&world->changed);
	pthread_mutex_unlock(&world->lock);
	pthread_join(world->worker, NULL);
}

void world_close(struct world *world)
{
	http_quiesce(world->server);
	world_stop_worker(world);
	http_close(world->server, WAIT_MS);
	cr_assert(world->shown == world->ended, "%zu shown, %zu ended", (size_t)world->shown,
		(size_t)world->ended);
	pthread_cond_destroy(&world->changed);
	pthread_mutex_destroy(&world->lock);
}

int world_ask(struct world *world, const char *text, struct buf *reply)
{
	buf_clear(reply);
	return wire_ask(http_port(world->server), span_text(text), reply);
}
