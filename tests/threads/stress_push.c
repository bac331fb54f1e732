/* SPDX-License-Identifier: Apache-2.0 */
/* stress_push - clients that come, read a little and go, while somebody wakes their streams and the server stops under them:
 * for the thread sanitiser, and for whoever believes that each stream ends once. Prints "N passed, N failed". */
#include "base/clock.h"
#include "server/http/push.h"
#include "tests/support/wire.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 6, READS = 150, STREAMS = 4, WAIT_MS = 10000 };

struct stress {
	struct http_app app;
	struct push_app push_app;
	struct http_server *http;
	struct push *push;
	atomic_uint number;
	atomic_uint added, refused, ended;
	atomic_uint visiting; /* clients that are not through */
	atomic_bool stopped;
	atomic_uint read; /* visits that saw a number */
};

/* ---- the application ---- */

static size_t no_body(void *context, struct http_exchange *exchange)
{
	(void)context;
	(void)exchange;
	return 0;
}

static void begin(void *context, struct http_exchange *exchange)
{
	struct stress *stress = context;
	struct http_reply *reply = http_reply(exchange);
	unsigned *last = calloc(1, sizeof *last);
	reply->status = 200;
	reply->content_type = "text/event-stream";
	if (last && !err_failed(push_add(stress->push, exchange, last))) {
		stress->added++;
		return;
	}
	free(last);
	stress->refused++;
	reply->status = 503;
	reply->close = true;
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

static void round_over(void *context)
{
	(void)context;
}

static enum push_then say(void *context, void *stream, struct buf *piece)
{
	struct stress *stress = context;
	unsigned *last = stream, number = stress->number;
	if (*last != number)
		buf_printf(piece, "=%u;", number);
	*last = number;
	return number % 7 == 0 ? PUSH_ENDS : PUSH_WAITS;
}

static void end(void *context, void *stream)
{
	struct stress *stress = context;
	stress->ended++;
	free(stream);
}

/* ---- who comes, who wakes ---- */

static void visit(struct stress *stress, unsigned number)
{
	scoped(buf) in = BUF(64 * 1024);
	if (!wire_can_dial(http_port(stress->http)))
		return;
	int fd = wire_dial(http_port(stress->http));
	wire_try(fd, SPAN_LIT("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"));
	if (wire_read_until(fd, &in, number % 3 ? ";" : "\r\n\r\n") && number % 3)
		stress->read++;
	if (number % 2)
		wire_reset(fd);
	else
		close(fd);
}

static void *visit_many(void *context)
{
	struct stress *stress = context;
	for (unsigned i = 0; !stress->stopped; i++)
		visit(stress, i);
	stress->visiting--;
	return NULL;
}

static void *wake_many(void *context)
{
	struct stress *stress = context;
	while (stress->visiting > 0) {
		stress->number++;
		push_wake(stress->push);
		clock_sleep_ms(1);
	}
	return NULL;
}

/* ---- all of them ---- */

static void open_all(struct stress *stress)
{
	stress->app = (struct http_app){stress, no_body, begin, finish, refuse, finish};
	stress->push_app = (struct push_app){stress, round_over, say, round_over, end};
	const struct push_ask push = {.streams_max = STREAMS, .stall_ms = WAIT_MS, .app = &stress->push_app};
	const struct http_ask http = {.listen = "127.0.0.1:0",
		.threads = 2,
		.connections_max = 64,
		.header_deadline_ms = WAIT_MS,
		.body_deadline_ms = WAIT_MS,
		.idle_ms = WAIT_MS,
		.app = &stress->app};
	if (err_failed(push_open(&push, &stress->push)) || err_failed(http_open(&http, &stress->http)))
		abort();
}

/* The server stops with clients on it and on their way. */
static void run(struct stress *stress)
{
	pthread_t clients[CLIENTS], waker;
	stress->visiting = CLIENTS;
	for (int i = 0; i < CLIENTS; i++)
		if (pthread_create(&clients[i], NULL, visit_many, stress) != 0)
			abort();
	if (pthread_create(&waker, NULL, wake_many, stress) != 0)
		abort();
	int64_t until_ms = clock_monotonic_ms() + 6 * WAIT_MS;
	while (stress->read < READS && clock_monotonic_ms() < until_ms)
		clock_sleep_ms(1);
	push_stop(stress->push);
	stress->stopped = true;
	for (int i = 0; i < CLIENTS; i++)
		pthread_join(clients[i], NULL);
	pthread_join(waker, NULL);
	http_quiesce(stress->http);
	http_close(stress->http, WAIT_MS);
	push_close(stress->push);
}

static unsigned judge(bool holds, const char *claim)
{
	if (!holds)
		printf("FAILED: %s\n", claim);
	return holds;
}

int main(void)
{
	static struct stress stress;
	open_all(&stress);
	run(&stress);
	unsigned passed = judge(stress.added == stress.ended, "each stream that was added ends once") +
		judge(stress.read >= READS, "those who came read what was said") +
		judge(stress.refused > 0, "some found no place");
	printf("%u passed, %u failed\n", passed, 3 - passed);
	return passed == 3 ? 0 : 1;
}
