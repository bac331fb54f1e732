/* SPDX-License-Identifier: Apache-2.0 */
/* Time and threads: deadlines, suspended exchanges, clients that go away, the order of stopping. */
#include "base/clock.h"
#include "server/http/endpoint.h"
#include "tests/server/http_world.h"
#include "tests/support/wire.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <unistd.h>

enum { REPLY_ROOM = 64 * 1024, PARALLEL = 64, SOON_MS = 200, LATE_MS = 5000, HESITATION_MS = 300 };

#define HOST "Host: h\r\n"
#define LATER "POST /later HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhello"

/* cut_after - how long the server leaves a connection open on which this was sent. */
static int64_t cut_after(struct world *world, const char *text, struct buf *in)
{
	int fd = wire_dial(http_port(world->server));
	int64_t from_ms = clock_monotonic_ms();
	wire_send(fd, span_text(text));
	wire_read_end(fd, in);
	close(fd);
	return clock_monotonic_ms() - from_ms;
}

Test(http_threads, cuts_a_head_that_does_not_end)
{
	struct world world;
	struct http_ask ask = WORLD_USUAL;
	ask.header_deadline_ms = SOON_MS;
	world_open_as(&world, ask);
	const char *const heads[] = {"", "GET", "GET /e HTTP/1.1\r\n", "GET /e HTTP/1.1\r\nHost: h\r\nX: y"};
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		scoped(buf) in = BUF(REPLY_ROOM);
		int64_t ms = cut_after(&world, heads[i], &in);
		cr_assert(ms >= SOON_MS - 20 && ms < LATE_MS && in.len == 0, "case %zu: %d ms", i, (int)ms);
	}
	world_close(&world);
}

Test(http_threads, cuts_a_head_that_drips)
{
	struct world world;
	struct http_ask ask = WORLD_USUAL;
	ask.header_deadline_ms = SOON_MS;
	world_open_as(&world, ask);
	int fd = wire_dial(http_port(world.server));
	int64_t from_ms = clock_monotonic_ms();
	wire_send(fd, SPAN_LIT("GET /e HTTP/1.1\r\nX: "));
	/* A byte whenever 20 ms of silence have passed: activity all the time, but never an end. */
	while (wire_is_silent(fd, 20) && clock_monotonic_ms() - from_ms < LATE_MS)
		wire_try(fd, SPAN_LIT("y"));
	close(fd);
	cr_assert(clock_monotonic_ms() - from_ms < LATE_MS);
	world_close(&world);
}

Test(http_threads, cuts_a_second_head_and_a_connection_that_idles)
{
	struct world world;
	struct http_ask ask = WORLD_USUAL;
	ask.header_deadline_ms = SOON_MS;
	ask.idle_ms = SOON_MS;
	world_open_as(&world, ask);
	const char *const seconds[] = {"", "G", "GET /e HTTP/1.1\r\nHost: "};
	for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
		scoped(buf) in = BUF(REPLY_ROOM);
		scoped(buf) text = BUF(REPLY_ROOM);
		buf_printf(&text, "GET /e HTTP/1.1\r\n" HOST "\r\n%s", seconds[i]);
		buf_put_u8(&text, 0);
		int64_t ms = cut_after(&world, (const char *)text.data, &in);
		cr_assert(ms >= SOON_MS - 20 && ms < LATE_MS && wire_has(&in, " 200 "), "case %zu: %d ms", i,
			(int)ms);
	}
	world_close(&world);
}

Test(http_threads, cuts_a_body_that_does_not_end)
{
	struct world world;
	struct http_ask ask = WORLD_USUAL;
	ask.body_deadline_ms = SOON_MS;
	world_open_as(&world, ask);
	const char *const bodies[] = {
		"POST /e HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nhell",
		"POST /e HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\nhe",
		"POST /e HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\nTrailer: x",
	};
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		scoped(buf) in = BUF(REPLY_ROOM);
		int64_t ms = cut_after(&world, bodies[i], &in);
		cr_assert(ms >= SOON_MS - 20 && ms < LATE_MS && in.len == 0, "case %zu: %d ms", i, (int)ms);
	}
	cr_assert(world.begun == 0);
	world_close(&world);
}

Test(http_threads, leaves_a_suspended_exchange_its_time)
{
	struct world world;
	struct http_ask ask = WORLD_USUAL;
	ask.header_deadline_ms = ask.body_deadline_ms = ask.idle_ms = SOON_MS / 4;
	world_open_as(&world, ask);
	world_set_gate(&world, false);
	scoped(buf) in = BUF(REPLY_ROOM);
	size_t at = 0;
	int fd = wire_dial(http_port(world.server));
	wire_send(fd, SPAN_LIT(LATER));
	world_wait_queued(&world, 1);
	cr_assert(wire_is_silent(fd, SOON_MS));
	world_set_gate(&world, true);
	cr_assert(wire_read_reply(fd, &in, &at) == 200);
	close(fd);
	world_close(&world);
}

Test(http_threads, answers_many_suspended_exchanges_each_with_its_own_body)
{
	struct world world;
	world_open(&world);
	int fds[PARALLEL];
	for (int i = 0; i < PARALLEL; i++)
		fds[i] = wire_dial(http_port(world.server));
	for (int round = 0; round < 8; round++) {
		for (int i = 0; i < PARALLEL; i++) {
			scoped(buf) request = BUF(1024);
			buf_printf(&request,
				"POST /later HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\n%02d%02d", round,
				i);
			wire_send(fds[i], buf_span(&request));
		}
		for (int i = 0; i < PARALLEL; i++) {
			scoped(buf) in = BUF(REPLY_ROOM);
			size_t at = 0;
			char expected[32];
			snprintf(expected, sizeof expected, "body=%02d%02d", round, i);
			cr_assert(wire_read_reply(fds[i], &in, &at) == 200);
			cr_assert(wire_has(&in, expected), "%s", expected);
		}
	}
	for (int i = 0; i < PARALLEL; i++)
		close(fds[i]);
	world_close(&world);
}

Test(http_threads, an_exchange_may_be_suspended_once_more_after_it_was_resumed)
{
	struct world world;
	world_open(&world);
	for (int round = 0; round < 8; round++) {
		scoped(buf) in = BUF(REPLY_ROOM);
		size_t at = 0;
		int fd = wire_dial(http_port(world.server));
		wire_send(fd, SPAN_LIT("POST /again HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nbody"));
		cr_assert(wire_read_reply(fd, &in, &at) == 200 && wire_has(&in, "body=body"));
		close(fd);
	}
	cr_assert(world.begun == 8 && world.finished == 8 * WORLD_SUSPENSIONS);
	world_close(&world);
}

/* close_meanwhile - http_close on a thread of its own. */
static void *close_meanwhile(void *context)
{
	struct world *world = context;
	http_close(world->server, LATE_MS);
	return NULL;
}

Test(http_threads, answers_what_is_suspended_before_it_stops)
{
	struct world world;
	world_open(&world);
	world_set_gate(&world, false);
	int fds[PARALLEL];
	for (int i = 0; i < PARALLEL; i++) {
		fds[i] = wire_dial(http_port(world.server));
		wire_send(fds[i], SPAN_LIT(LATER));
	}
	world_wait_queued(&world, PARALLEL);
	http_quiesce(world.server);
	pthread_t closing;
	cr_assert(pthread_create(&closing, NULL, close_meanwhile, &world) == 0);
	world_set_gate(&world, true);
	for (int i = 0; i < PARALLEL; i++) {
		scoped(buf) in = BUF(REPLY_ROOM);
		wire_read_end(fds[i], &in);
		cr_assert(wire_has(&in, " 200 ") && wire_has(&in, "body=hello"), "%d", i);
		cr_assert(
			wire_has(&in, "\r\nConnection: close\r\n"), "a draining server keeps no connection");
		close(fds[i]);
	}
	pthread_join(closing, NULL);
	world_stop_worker(&world);
	cr_assert(world.ended == PARALLEL);
}

Test(http_threads, does_not_abort_over_an_exchange_that_nobody_resumes)
{
	struct world world;
	world_open(&world);
	world_set_gate(&world, false);
	int fd = wire_dial(http_port(world.server));
	int other = wire_dial(http_port(world.server));
	wire_send(fd, SPAN_LIT(LATER));
	world_wait_queued(&world, 1);
	http_close(world.server, 10);
	scoped(buf) in = BUF(REPLY_ROOM);
	wire_try(other, SPAN_LIT("GET /e HTTP/1.1\r\n" HOST "\r\n"));
	wire_read_end(other, &in);
	cr_assert(in.len == 0 && world.begun == 1, "the application is not called any more");
	close(other);
	world_stop_worker(&world);
	wire_read_end(fd, &in);
	close(fd);
	cr_assert(in.len == 0 && world.ended == 0, "nor when somebody does resume it");
}

/* What close_at_once is given, and says. */
struct closing {
	struct world *world;
	atomic_bool over;
};

static void *close_at_once(void *context)
{
	struct closing *closing = context;
	http_close(closing->world->server, 0);
	closing->over = true;
	return NULL;
}

/* stay_while_it_closes - one call stays in the application while the server is closed; true when closing waited for it. */
static bool stay_while_it_closes(struct world *world, const char *request)
{
	struct closing closing = {.world = world};
	pthread_t closer;
	size_t before = world->begun;
	world->stays = true;
	int fd = wire_dial(http_port(world->server));
	wire_send(fd, span_text(request));
	while (world->begun == before)
		clock_sleep_ms(1);
	cr_assert(pthread_create(&closer, NULL, close_at_once, &closing) == 0);
	int64_t until_ms = clock_monotonic_ms() + SOON_MS;
	while (!closing.over && clock_monotonic_ms() < until_ms)
		clock_sleep_ms(1);
	bool waited = !closing.over;
	world->stays = false;
	pthread_join(closer, NULL);
	close(fd);
	return waited;
}

/* Its memory is what it works with. */
Test(http_threads, does_not_let_the_application_go_while_a_call_is_in_it)
{
	struct world world;
	world_open(&world);
	cr_assert(stay_while_it_closes(&world, "GET /stays HTTP/1.1\r\n" HOST "\r\n"));
	cr_assert(world.ended == 1, "and nothing stays behind");
	world_stop_worker(&world);
}

Test(http_threads, nor_does_it_when_somebody_else_is_never_resumed)
{
	struct world world;
	world_open(&world);
	world_set_gate(&world, false);
	int fd = wire_dial(http_port(world.server));
	wire_send(fd, SPAN_LIT(LATER));
	world_wait_queued(&world, 1);
	cr_assert(stay_while_it_closes(&world, "GET /stays HTTP/1.1\r\n" HOST "\r\n"));
	world_stop_worker(&world);
	close(fd);
}

Test(http_threads, nor_does_it_abort_when_that_call_is_suspended_and_never_resumed)
{
	struct world world;
	world_open(&world);
	world_set_gate(&world, false);
	cr_assert(stay_while_it_closes(&world, "GET /stays/later HTTP/1.1\r\n" HOST "\r\n"));
	world_stop_worker(&world);
}

/* Whoever is suspended may go on with what is left to its thread: nothing of it runs beside that. */
Test(http_threads, one_that_is_resumed_while_its_thread_is_still_in_it_goes_on_behind_that)
{
	struct world world;
	scoped(buf) in = BUF(REPLY_ROOM), other = BUF(REPLY_ROOM);
	size_t at = 0, other_at = 0;
	world_open(&world);
	world.stays = true;
	int fd = wire_dial(http_port(world.server));
	wire_send(fd, SPAN_LIT("GET /later/stays HTTP/1.1\r\n" HOST "\r\n"));
	world_wait_queued(&world, 1);
	/* Resumed after the first, by the same worker. */
	int second = wire_dial(http_port(world.server));
	wire_send(second, SPAN_LIT(LATER));
	cr_assert(wire_read_reply(second, &other, &other_at) == 200);
	cr_assert(world.begun == 2 && wire_is_silent(fd, SOON_MS));
	world.stays = false;
	cr_assert(wire_read_reply(fd, &in, &at) == 200);
	close(fd);
	close(second);
	world_close(&world);
}

Test(http_threads, survives_clients_that_reset_while_suspended)
{
	struct world world;
	world_open(&world);
	for (int round = 0; round < 4; round++) {
		world_set_gate(&world, false);
		size_t before = world.queued;
		for (int i = 0; i < PARALLEL; i++) {
			int fd = wire_dial(http_port(world.server));
			wire_send(fd, SPAN_LIT(LATER));
			world_wait_queued(&world, before + (size_t)i + 1);
			wire_reset(fd);
		}
		world_set_gate(&world, true);
	}
	world_close(&world);
	cr_assert(world.ended == 4 * PARALLEL);
}

Test(http_threads, survives_clients_that_go_at_any_byte)
{
	struct world world;
	world_open(&world);
	const char text[] = LATER;
	for (size_t cut = 0; cut < sizeof text; cut++) {
		int fd = wire_dial(http_port(world.server));
		wire_try(fd, span_of(text, cut));
		if (cut % 2)
			wire_reset(fd);
		else
			close(fd);
	}
	world_close(&world);
}

Test(http_threads, refuses_connections_once_it_is_quiet)
{
	struct world world;
	world_open(&world);
	scoped(buf) in = BUF(REPLY_ROOM);
	size_t at = 0;
	int fd = wire_dial(http_port(world.server));
	wire_send(fd, SPAN_LIT("GET /e HTTP/1.1\r\n" HOST "\r\n"));
	cr_assert(wire_read_reply(fd, &in, &at) == 200);
	http_quiesce(world.server);
	cr_assert(!wire_can_dial(http_port(world.server)));
	wire_send(fd, SPAN_LIT("GET /e HTTP/1.1\r\n" HOST "\r\n"));
	cr_assert(wire_read_reply(fd, &in, &at) == 200, "a connection that was open is served once more");
	wire_read_end(fd, &in);
	close(fd);
	world_close(&world);
}

Test(http_threads, serves_from_one_thread_too_as_the_metrics_listener_does)
{
	struct world world;
	struct http_ask ask = WORLD_USUAL;
	ask.threads = 1;
	ask.connections_max = 4;
	world_open_as(&world, ask);
	scoped(buf) in = BUF(REPLY_ROOM);
	for (int i = 0; i < 16; i++)
		cr_assert(world_ask(&world, "GET /metrics HTTP/1.1\r\nConnection: close\r\n" HOST "\r\n",
				  &in) == 200);
	world_close(&world);
}

static void *close_world(void *world)
{
	world_close(world);
	return NULL;
}

Test(http_threads, who_has_just_come_when_it_ends_is_answered_and_who_stays_silent_does_not_hold_it_up)
{
	struct world world;
	struct http_ask ask = WORLD_USUAL;
	pthread_t closer;
	ask.threads = 1; /* it takes them in their order */
	for (int round = 0; round < 4; round++) {
		world_open_as(&world, ask);
		unsigned port = http_port(world.server);
		scoped(buf) in = BUF(REPLY_ROOM);
		size_t at = 0;
		int silent = wire_dial(port), fd = wire_dial(port);
		cr_assert(world_ask(&world, "GET /e HTTP/1.1\r\nConnection: close\r\n" HOST "\r\n", &in) ==
			200);
		buf_clear(&in);
		int64_t from_ms = clock_monotonic_ms();
		cr_assert(pthread_create(&closer, NULL, close_world, &world) == 0);
		while (wire_can_dial(port)) /* until it takes nobody any more */
			;
		clock_sleep_ms(round * HESITATION_MS);
		wire_send(fd, SPAN_LIT("GET /e HTTP/1.1\r\n" HOST "\r\n"));
		cr_assert(wire_read_reply(fd, &in, &at) == 200, "round %d", round);
		pthread_join(closer, NULL);
		cr_assert(clock_monotonic_ms() - from_ms < LATE_MS);
		close(silent);
		close(fd);
	}
}

/* A reply's first byte on a connection of its own. */
static bool is_answered(unsigned port)
{
	scoped(buf) in = BUF(REPLY_ROOM);
	size_t at = 0;
	int fd = wire_dial(port);
	wire_send(fd, SPAN_LIT("GET /e HTTP/1.1\r\n" HOST "\r\n"));
	int status = wire_read_reply(fd, &in, &at);
	close(fd);
	return status == 200;
}

Test(http_threads, at_a_shared_socket_one_server_takes_over_from_another_and_nobody_is_turned_away)
{
	struct world first, second;
	struct endpoint endpoint;
	struct http_ask ask = WORLD_USUAL;
	int socket;
	cr_assert(!err_failed(endpoint_parse(SPAN_LIT("127.0.0.1:0"), &endpoint)));
	cr_assert(!err_failed(endpoint_listen(&endpoint, &socket)));
	ask.socket = socket + 1;
	ask.listen = NULL;
	unsigned port = endpoint_port(socket);
	world_open_as(&first, ask);
	cr_assert(http_port(first.server) == port && is_answered(port));
	for (int turn = 0; turn < 8; turn++) {
		world_open_as(&second, ask);
		world_close(&first);
		for (int i = 0; i < PARALLEL; i++)
			cr_assert(is_answered(port), "turn %d, request %d", turn, i);
		world_open_as(&first, ask);
		world_close(&second);
		cr_assert(is_answered(port));
	}
	world_close(&first);
	int waiting = wire_dial(port);
	world_open_as(&second, ask);
	scoped(buf) in = BUF(REPLY_ROOM);
	size_t at = 0;
	wire_send(waiting, SPAN_LIT("GET /e HTTP/1.1\r\n" HOST "\r\n"));
	cr_assert(
		wire_read_reply(waiting, &in, &at) == 200, "who came between two servers is the next one's");
	close(waiting);
	world_close(&second);
	close(socket);
	cr_assert(!wire_can_dial(port));
}

Test(http_threads, says_why_it_cannot_listen)
{
	struct world world;
	struct http_ask ask = WORLD_USUAL;
	struct http_server *server = NULL;
	char taken[32];
	world_open(&world);
	snprintf(taken, sizeof taken, "127.0.0.1:%u", http_port(world.server));
	ask.app = &world.app;
	ask.listen = taken;
	cr_assert(http_open(&ask, &server).kind == ERR_IO && !server);
	ask.listen = "localhost:80";
	cr_assert(http_open(&ask, &server).kind == ERR_INPUT && !server);
	world_close(&world);
	http_close(NULL, 0);
}
