/* SPDX-License-Identifier: Apache-2.0 */
/* Who is let in, how many, and to which thread. */
#include "server/http/acceptor.h"

#include "base/clock.h"
#include "tests/server/http_world.h"
#include "tests/support/wire.h"

#include <criterion/criterion.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	REPLY_ROOM = 64 * 1024,
	THREADS = 4,
	CLIENTS = 64,
	PLACES = 8,
	TURNS = 25,
	SOON_MS = 200,
	LATE_MS = 5000
};

#define HOST "Host: h\r\n"
#define ASK "GET /thread HTTP/1.1\r\n" HOST "\r\n"

/* The body of a reply on a connection that stays open. */
static long ask_thread(int fd)
{
	scoped(buf) in = BUF(REPLY_ROOM);
	size_t at = 0;
	wire_send(fd, SPAN_LIT(ASK));
	cr_assert(wire_read_reply(fd, &in, &at) == 200);
	buf_put_u8(&in, 0);
	return strtol(strstr((const char *)in.data, "\r\n\r\n") + 4, NULL, 10);
}

/* ---- which thread ---- */

static int by_value(const void *a, const void *b)
{
	long one = *(const long *)a, other = *(const long *)b;
	return (one > other) - (one < other);
}

Test(acceptor, of_64_connections_each_thread_has_as_many_as_the_others)
{
	struct world world;
	struct http_ask ask = WORLD_USUAL;
	int fds[CLIENTS];
	long threads[CLIENTS];
	ask.threads = THREADS;
	world_open_as(&world, ask);
	for (size_t i = 0; i < CLIENTS; i++)
		fds[i] = wire_dial(http_port(world.server));
	for (size_t i = 0; i < CLIENTS; i++)
		threads[i] = ask_thread(fds[i]);
	qsort(threads, CLIENTS, sizeof *threads, by_value);
	for (size_t i = 0; i < CLIENTS; i++)
		cr_assert(threads[i] == threads[i / (CLIENTS / THREADS) * (CLIENTS / THREADS)], "%zu", i);
	for (size_t i = CLIENTS / THREADS; i < CLIENTS; i += CLIENTS / THREADS)
		cr_assert(threads[i] != threads[i - 1], "%zu", i);
	for (size_t i = 0; i < CLIENTS; i++)
		close(fds[i]);
	world_close(&world);
}

/* ---- how many ---- */

/* A server all of whose places are taken. */
static void open_full(struct world *world, int fds[static PLACES])
{
	struct http_ask ask = WORLD_USUAL;
	ask.connections_max = PLACES;
	world_open_as(world, ask);
	for (size_t i = 0; i < PLACES; i++) {
		fds[i] = wire_dial(http_port(world->server));
		cr_assert(ask_thread(fds[i]) > 0);
	}
}

Test(acceptor, who_finds_no_place_waits_and_is_served_when_one_is_free)
{
	struct world world;
	int fds[PLACES];
	open_full(&world, fds);
	scoped(buf) in = BUF(REPLY_ROOM);
	size_t at = 0;
	for (size_t i = 0; i < PLACES; i++) {
		int late = wire_dial(http_port(world.server));
		wire_send(late, SPAN_LIT(ASK));
		cr_assert(i > 0 || wire_is_silent(late, SOON_MS), "there was a place too many");
		close(fds[i]);
		buf_clear(&in);
		at = 0;
		cr_assert(wire_read_reply(late, &in, &at) == 200, "%zu", i);
		fds[i] = late;
	}
	for (size_t i = 0; i < PLACES; i++)
		close(fds[i]);
	world_close(&world);
}

struct client {
	unsigned port;
	unsigned answered;
	pthread_t thread;
};

static void *come_and_go(void *context)
{
	struct client *client = context;
	scoped(buf) in = BUF(REPLY_ROOM);
	for (unsigned i = 0; i < TURNS; i++) {
		buf_clear(&in);
		client->answered +=
			wire_ask(client->port, SPAN_LIT("GET /close HTTP/1.1\r\n" HOST "\r\n"), &in) == 200;
	}
	return NULL;
}

Test(acceptor, of_64_who_share_8_places_nobody_is_turned_away_and_no_place_is_lost)
{
	struct world world;
	struct http_ask ask = WORLD_USUAL;
	static struct client clients[CLIENTS];
	ask.threads = THREADS;
	ask.connections_max = PLACES;
	world_open_as(&world, ask);
	for (size_t i = 0; i < CLIENTS; i++) {
		clients[i] = (struct client){.port = http_port(world.server)};
		cr_assert(pthread_create(&clients[i].thread, NULL, come_and_go, &clients[i]) == 0);
	}
	for (size_t i = 0; i < CLIENTS; i++) {
		pthread_join(clients[i].thread, NULL);
		cr_assert(clients[i].answered == TURNS, "%u", clients[i].answered);
	}
	int fds[PLACES];
	for (size_t i = 0; i < PLACES; i++) {
		fds[i] = wire_dial(http_port(world.server));
		cr_assert(ask_thread(fds[i]) > 0, "%zu are open at once", i);
	}
	for (size_t i = 0; i < PLACES; i++)
		close(fds[i]);
	world_close(&world);
}

Test(acceptor, a_server_that_is_full_ends_as_soon_as_another)
{
	struct world world;
	int fds[PLACES];
	open_full(&world, fds);
	int late = wire_dial(http_port(world.server));
	int64_t from_ms = clock_monotonic_ms();
	world_close(&world);
	cr_assert(clock_monotonic_ms() - from_ms < LATE_MS);
	for (size_t i = 0; i < PLACES; i++)
		close(fds[i]);
	close(late);
}

/* ---- descriptors ---- */

enum { DESCRIPTORS = 128 };

static void allow(rlim_t descriptors)
{
	struct rlimit limit;
	cr_assert(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = descriptors;
	cr_assert(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

Test(acceptor, who_comes_while_there_is_no_descriptor_left_is_served_when_there_is_one)
{
	struct world world;
	struct rlimit before;
	struct http_ask ask = WORLD_USUAL;
	scoped(buf) in = BUF(REPLY_ROOM);
	size_t at = 0;
	ask.threads = 1;
	world_open_as(&world, ask);
	/* A thread that starts opens and closes files of its own: whoever has answered has started. */
	int early = wire_dial(http_port(world.server));
	cr_assert(ask_thread(early) > 0);
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(world.server))};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int copies[DESCRIPTORS];
	size_t count = 0;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(fd >= 0 && fd < DESCRIPTORS && getrlimit(RLIMIT_NOFILE, &before) == 0);
	allow(DESCRIPTORS);
	for (int copy = dup(fd); copy >= 0; copy = dup(fd))
		copies[count++] = copy;
	cr_assert(connect(fd, (const struct sockaddr *)&to, sizeof to) == 0);
	wire_send(fd, SPAN_LIT(ASK));
	cr_assert(wire_is_silent(fd, SOON_MS), "there was a descriptor left");
	allow(before.rlim_cur);
	cr_assert(wire_read_reply(fd, &in, &at) == 200);
	while (count > 0)
		close(copies[--count]);
	close(fd);
	close(early);
	world_close(&world);
}
