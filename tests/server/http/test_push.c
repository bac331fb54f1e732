/* SPDX-License-Identifier: Apache-2.0 */
/* Streams that go on: what is said arrives, whoever leaves is forgotten, whoever takes nothing costs nothing. */
#include "server/http/push.h"

#include "base/clock.h"
#include "tests/support/wire.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	STREAMS = 3,
	STALL_MS = 300,
	WAIT_MS = 10000,
	RUSHES = 10,
	WAKES = 20000,
	LONG_PIECE = 64 * 1024,
	LAST_PIECE = 1000 * 1000
};

/* What the streams of a test say. */
enum script {
	SAY_NUMBER, /* the world's number, whenever it has changed */
	SAY_MUCH,   /* a long piece in every round */
	SAY_LAST,   /* one long piece, and then the end */
	SAY_BYE,    /* a short one, and then the end */
};

struct stream {
	int number; /* that it said last */
};

struct world {
	enum script script;
	struct http_app app;
	struct push_app push_app;
	struct http_server *http;
	struct push *push;
	struct stream streams[STREAMS];
	atomic_size_t taken;
	atomic_int number;
	atomic_size_t said, ended;
	atomic_int rounds;
	atomic_bool held; /* the library's thread, with the connection open on its side */
	atomic_bool full; /* the process has no descriptor left, while somebody wants to follow */
};

/* ---- the application ---- */

static size_t no_body(void *context, struct http_exchange *exchange)
{
	(void)context;
	(void)exchange;
	return 0;
}

/* leave_none - no descriptor can be had any more. Returns the limit that stood. */
static struct rlimit leave_none(void)
{
	struct rlimit limit;
	int next = dup(STDERR_FILENO);
	cr_assert(getrlimit(RLIMIT_NOFILE, &limit) == 0 && next >= 0 && close(next) == 0);
	struct rlimit none = {(rlim_t)next, limit.rlim_max};
	cr_assert(setrlimit(RLIMIT_NOFILE, &none) == 0);
	return limit;
}

static struct err add(struct world *world, struct http_exchange *exchange, struct stream *stream)
{
	if (!world->full)
		return push_add(world->push, exchange, stream);
	struct rlimit limit = leave_none();
	struct err err = push_add(world->push, exchange, stream);
	cr_assert(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	return err;
}

static void begin(void *context, struct http_exchange *exchange)
{
	struct world *world = context;
	struct http_reply *reply = http_reply(exchange);
	reply->status = 200;
	reply->content_type = "text/event-stream";
	reply->headers[reply->header_count++] = (struct http_header){"X-Stream", SPAN_LIT("yes")};
	size_t place = world->taken++ % STREAMS;
	world->streams[place] = (struct stream){0};
	struct err err = add(world, exchange, &world->streams[place]);
	while (world->held)
		clock_sleep_ms(1);
	if (!err_failed(err))
		return;
	reply->status = err_row(err.code)->status;
	reply->content_type = NULL;
}

static void finish(void *context, struct http_exchange *exchange)
{
	(void)context, (void)exchange;
}

static void refuse(void *context, struct http_exchange *exchange, struct err err)
{
	(void)context;
	http_reply(exchange)->status = err_row(err.code)->status;
}

static void begin_round(void *context)
{
	struct world *world = context;
	world->rounds++;
}

static void end_round(void *context)
{
	(void)context;
}

static void put_long(struct buf *piece, size_t len)
{
	uint8_t *room = buf_room(piece, len);
	cr_assert(room != NULL);
	memset(room, 'x', len);
}

static enum push_then say(void *context, void *stream, struct buf *piece)
{
	struct world *world = context;
	struct stream *one = stream;
	int number = world->number;
	size_t before = piece->len;
	cr_assert(before == 0, "a piece begins empty");
	if (world->script == SAY_NUMBER && number != one->number)
		buf_printf(piece, "=%d;", number);
	else if (world->script == SAY_BYE)
		buf_put(piece, SPAN_LIT("bye;"));
	else if (world->script != SAY_NUMBER)
		put_long(piece, world->script == SAY_MUCH ? LONG_PIECE : LAST_PIECE);
	one->number = number;
	world->said += piece->len;
	return world->script == SAY_NUMBER  ? PUSH_WAITS
		: world->script == SAY_MUCH ? PUSH_GOES_ON
					    : PUSH_ENDS;
}

static void end(void *context, void *stream)
{
	struct world *world = context;
	(void)stream;
	world->ended++;
}

/* ---- the world ---- */

static void open_world(struct world *world, enum script script)
{
	*world = (struct world){.script = script};
	world->app = (struct http_app){world, no_body, begin, finish, refuse, finish};
	world->push_app = (struct push_app){world, begin_round, say, end_round, end};
	/* Only a client that is to be dropped is given a short time: on a busy machine every other one is slow, too. */
	const struct push_ask push = {.streams_max = STREAMS,
		.stall_ms = script == SAY_MUCH ? STALL_MS : WAIT_MS,
		.app = &world->push_app};
	const struct http_ask http = {.listen = "127.0.0.1:0",
		.threads = 2,
		.connections_max = 64,
		.header_deadline_ms = WAIT_MS,
		.body_deadline_ms = WAIT_MS,
		.idle_ms = WAIT_MS,
		.app = &world->app};
	cr_assert(!err_failed(push_open(&push, &world->push)));
	cr_assert(!err_failed(http_open(&http, &world->http)));
}

static void close_world(struct world *world)
{
	http_quiesce(world->http);
	push_stop(world->push);
	http_close(world->http, WAIT_MS);
	push_close(world->push);
}

static int follow(struct world *world)
{
	int fd = wire_dial(http_port(world->http));
	wire_send(fd, SPAN_LIT("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
	return fd;
}

static void set_number(struct world *world, int number)
{
	world->number = number;
	push_wake(world->push);
}

/* The pusher's thread has nobody to tell: so it is looked at. */
static void wait_for_ends(struct world *world, size_t count)
{
	int64_t until_ms = clock_monotonic_ms() + WAIT_MS;
	while (world->ended < count && clock_monotonic_ms() < until_ms)
		clock_sleep_ms(1);
	cr_assert(world->ended == count, "%zu streams ended of %zu", (size_t)world->ended, count);
}

/* ---- what is promised ---- */

Test(push, a_stream_has_a_head_and_says_what_there_is_until_its_client_leaves)
{
	struct world world;
	scoped(buf) in = BUF(64 * 1024);
	open_world(&world, SAY_NUMBER);
	int fd = follow(&world);
	cr_assert(wire_read_until(fd, &in, "\r\n\r\n"), "a head");
	cr_assert(wire_has(&in, "HTTP/1.1 200 ") && wire_has(&in, "Content-Type: text/event-stream\r\n"));
	cr_assert(wire_has(&in, "X-Stream: yes\r\n") && wire_has(&in, "Connection: close\r\n"));
	cr_assert(wire_has(&in, "Cache-Control: no-store\r\n") && !wire_has(&in, "Content-Length"));
	for (int number = 1; number <= 5; number++) {
		char text[16];
		set_number(&world, number);
		snprintf(text, sizeof text, "=%d;", number);
		cr_assert(wire_read_until(fd, &in, text), "number %d", number);
	}
	cr_assert(push_count(world.push) == 1 && world.ended == 0, "it goes on");
	close(fd);
	wait_for_ends(&world, 1);
	close_world(&world);
}

/* How long somebody had to wait who wanted to sleep for a millisecond: a machine that stands still for longer than a
 * round measures nothing of ours. */
struct watch {
	pthread_t thread;
	atomic_bool stops;
	_Atomic int64_t gap_ms;
};

static void *watch_machine(void *context)
{
	struct watch *watch = context;
	while (!watch->stops) {
		int64_t before_ms = clock_monotonic_ms();
		clock_sleep_ms(1);
		int64_t gap_ms = clock_monotonic_ms() - before_ms;
		if (gap_ms > watch->gap_ms)
			watch->gap_ms = gap_ms;
	}
	return NULL;
}

static void start_watch(struct watch *watch)
{
	*watch = (struct watch){0};
	cr_assert(pthread_create(&watch->thread, NULL, watch_machine, watch) == 0);
}

static void stop_watch(struct watch *watch)
{
	watch->stops = true;
	pthread_join(watch->thread, NULL);
}

/* rush - many wakes, as fast as they go; returns how long the last of them took to arrive. */
static int64_t rush(struct world *world, int fd, struct buf *in)
{
	char last[16];
	int rounds = world->rounds, first = world->number + 1;
	for (int number = first; number < first + WAKES; number++)
		set_number(world, number);
	int64_t began_ms = clock_monotonic_ms();
	snprintf(last, sizeof last, "=%d;", first + WAKES - 1);
	cr_assert(wire_read_until(fd, in, last), "the last one");
	int64_t took_ms = clock_monotonic_ms() - began_ms;
	cr_assert(world->rounds - rounds < WAKES / 10, "many wakes share a round");
	return took_ms;
}

Test(push, no_wake_is_lost_between_two_rounds)
{
	struct world world;
	struct watch watch;
	bool measured = false;
	scoped(buf) in = BUF(64 * 1024);
	open_world(&world, SAY_NUMBER);
	int fd = follow(&world);
	cr_assert(wire_read_until(fd, &in, "\r\n\r\n"));
	start_watch(&watch);
	for (int i = 0; i < RUSHES && !measured; i++) {
		watch.gap_ms = 0;
		int64_t took_ms = rush(&world, fd, &in);
		measured = watch.gap_ms < PUSH_TICK_MS / 10;
		cr_assert(!measured || took_ms < PUSH_TICK_MS, "by its wake, not by the tick");
	}
	stop_watch(&watch);
	close(fd);
	close_world(&world);
}

Test(push, whoever_comes_over_the_maximum_gets_another_answer_and_a_place_that_is_left_is_taken)
{
	struct world world;
	int fds[STREAMS + 1];
	open_world(&world, SAY_NUMBER);
	for (int i = 0; i < STREAMS; i++) {
		scoped(buf) in = BUF(4096);
		fds[i] = follow(&world);
		cr_assert(wire_read_until(fds[i], &in, "\r\n\r\n") && wire_has(&in, "HTTP/1.1 200 "));
	}
	scoped(buf) in = BUF(4096);
	cr_assert(!push_has_room(world.push));
	fds[STREAMS] = follow(&world);
	cr_assert(
		wire_read_until(fds[STREAMS], &in, "\r\n\r\n") && wire_has(&in, "HTTP/1.1 503 "), "no place");
	close(fds[STREAMS]);
	close(fds[0]);
	wait_for_ends(&world, 1);
	buf_clear(&in);
	fds[0] = follow(&world);
	cr_assert(wire_read_until(fds[0], &in, "\r\n\r\n") && wire_has(&in, "HTTP/1.1 200 "), "a place");
	close_world(&world);
	cr_assert(world.ended == STREAMS + 1);
	for (int i = 0; i < STREAMS; i++)
		close(fds[i]);
}

Test(push, a_client_that_takes_nothing_is_asked_for_nothing_more_and_dropped)
{
	struct world world;
	scoped(buf) in = BUF(64 * 1024 * 1024);
	open_world(&world, SAY_MUCH);
	int fd = follow(&world);
	wait_for_ends(&world, 1);
	size_t said = world.said;
	wire_read_end(fd, &in);
	close(fd);
	cr_assert(in.len < said + 1024 && in.len + LONG_PIECE >= said,
		"of %zu bytes all but a piece went to the kernel: %zu", said, in.len);
	close_world(&world);
}

Test(push, what_a_stream_says_last_arrives_before_its_connection_is_closed)
{
	struct world world;
	scoped(buf) in = BUF(4 * 1024 * 1024);
	open_world(&world, SAY_LAST);
	int fd = follow(&world);
	wire_read_end(fd, &in);
	close(fd);
	cr_assert(in.len > LAST_PIECE && in.data[in.len - 1] == 'x', "all of it: %zu", in.len);
	cr_assert(world.said == LAST_PIECE, "once");
	wait_for_ends(&world, 1);
	close_world(&world);
}

/* The library closes its own descriptor late: what the client says until then is nobody's. */
Test(push, a_stream_that_has_ended_hears_nothing_more)
{
	struct world world;
	scoped(buf) in = BUF(4096);
	open_world(&world, SAY_BYE);
	world.held = true;
	int fd = follow(&world);
	cr_assert(wire_read_until(fd, &in, "bye;"));
	wait_for_ends(&world, 1);
	int rounds = world.rounds;
	wire_send(fd, SPAN_LIT("and you?"));
	int64_t until_ms = clock_monotonic_ms() + WAIT_MS;
	while (world.rounds == rounds && clock_monotonic_ms() < until_ms)
		clock_sleep_ms(1);
	cr_assert(world.rounds > rounds, "the thread has looked, and lives");
	world.held = false;
	wire_read_end(fd, &in);
	close(fd);
	close_world(&world);
}

Test(push, whoever_finds_no_descriptor_left_is_told_to_come_later)
{
	struct world world;
	scoped(buf) in = BUF(4096);
	open_world(&world, SAY_BYE);
	world.full = true;
	int fd = follow(&world);
	cr_assert(wire_read_until(fd, &in, "\r\n\r\n") && wire_has(&in, "HTTP/1.1 503 "));
	close(fd);
	cr_assert(push_count(world.push) == 0, "and keeps no place");
	world.full = false;
	fd = follow(&world);
	buf_clear(&in);
	cr_assert(wire_read_until(fd, &in, "bye;"));
	close(fd);
	close_world(&world);
}

Test(push, a_client_that_goes_on_talking_is_dropped)
{
	struct world world;
	scoped(buf) in = BUF(4096);
	static const uint8_t WORDS[4096];
	open_world(&world, SAY_NUMBER);
	int fd = follow(&world);
	cr_assert(wire_read_until(fd, &in, "\r\n\r\n"));
	wire_send(fd, SPAN_LIT("\r\n"));
	set_number(&world, 7);
	cr_assert(wire_read_until(fd, &in, "=7;"), "a line end is nothing");
	wire_try(fd, SPAN_BYTES(WORDS));
	wait_for_ends(&world, 1);
	close(fd);
	close_world(&world);
}

Test(push, stopping_says_what_is_left_and_ends_every_stream)
{
	struct world world;
	int fds[STREAMS];
	open_world(&world, SAY_NUMBER);
	for (int i = 0; i < STREAMS; i++) {
		scoped(buf) in = BUF(4096);
		fds[i] = follow(&world);
		cr_assert(wire_read_until(fds[i], &in, "\r\n\r\n"));
	}
	world.number = 9; /* without a wake */
	push_stop(world.push);
	cr_assert(world.ended == STREAMS && push_count(world.push) == 0);
	for (int i = 0; i < STREAMS; i++) {
		scoped(buf) in = BUF(4096);
		wire_read_end(fds[i], &in);
		cr_assert(wire_has(&in, "=9;"), "the last words of stream %d", i);
		close(fds[i]);
	}
	scoped(buf) in = BUF(4096);
	int late = follow(&world);
	cr_assert(
		wire_read_until(late, &in, "\r\n\r\n") && wire_has(&in, "HTTP/1.1 503 "), "nobody is added");
	close(late);
	close_world(&world);
}
