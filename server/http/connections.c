/* SPDX-License-Identifier: Apache-2.0 */
/* connections - an array with a free list, and the thread that walks it. */
#include "server/http/connections.h"

#include "base/clock.h"

#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { TICK_MIN_MS = 20, TICK_MAX_MS = 1000 };

struct connections {
	pthread_mutex_t lock; /* over free, high and every fd */
	pthread_t thread;
	int stop_fd; /* readable = stop */
	int64_t tick_ms;
	struct connection *free;
	size_t high; /* places from here on were never taken */
	size_t max;
	struct connection places[];
};

/* shut_late - shutdown wakes the connection's own thread, which closes it. Under the lock, so that the fd
 * cannot have become another's in between. */
static void shut_late(struct connections *connections, int64_t now_ms)
{
	pthread_mutex_lock(&connections->lock);
	for (size_t i = 0; i < connections->high; i++) {
		struct connection *one = &connections->places[i];
		int64_t due_ms = atomic_load_explicit(&one->due_ms, memory_order_relaxed);
		if (one->fd >= 0 && due_ms != 0 && now_ms >= due_ms)
			shutdown(one->fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&connections->lock);
}

static void *look_over(void *context)
{
	struct connections *connections = context;
	struct pollfd stop = {.fd = connections->stop_fd, .events = POLLIN};
	while (poll(&stop, 1, (int)connections->tick_ms) <= 0)
		shut_late(connections, clock_monotonic_ms());
	return NULL;
}

static fallible start(struct connections *connections)
{
	connections->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (connections->stop_fd < 0)
		return FAIL(IO, "an event descriptor cannot be opened");
	pthread_mutex_init(&connections->lock, NULL);
	if (pthread_create(&connections->thread, NULL, look_over, connections) != 0) {
		pthread_mutex_destroy(&connections->lock);
		close(connections->stop_fd);
		return FAIL(IO, "a thread cannot be started: raise RLIMIT_NPROC");
	}
	return OK;
}

/* tick_for - an eighth of the shortest deadline is near enough, and seldom. */
static int64_t tick_for(int64_t least_ms)
{
	int64_t tick_ms = least_ms / 8;
	if (tick_ms < TICK_MIN_MS)
		return TICK_MIN_MS;
	return tick_ms > TICK_MAX_MS ? TICK_MAX_MS : tick_ms;
}

fallible connections_open(size_t max, int64_t least_ms, struct connections **connections)
{
	struct connections *made = calloc(1, sizeof *made + max * sizeof made->places[0]);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for the connections");
	made->max = max;
	made->tick_ms = tick_for(least_ms);
	struct err err = start(made);
	if (err_failed(err)) {
		free(made);
		return err;
	}
	*connections = made;
	return OK;
}

void connections_close(struct connections *connections)
{
	if (!connections)
		return;
	eventfd_write(connections->stop_fd, 1);
	pthread_join(connections->thread, NULL);
	pthread_mutex_destroy(&connections->lock);
	close(connections->stop_fd);
	free(connections);
}

static struct connection *take_place(struct connections *connections)
{
	struct connection *place = connections->free;
	if (place)
		connections->free = place->next;
	else if (connections->high < connections->max)
		place = &connections->places[connections->high++];
	return place;
}

struct connection *connections_add(
	struct connections *connections, int fd, const struct sockaddr *peer, int64_t due_ms)
{
	char text[ENDPOINT_TEXT + 1];
	endpoint_print(peer, text);
	pthread_mutex_lock(&connections->lock);
	struct connection *place = take_place(connections);
	if (place) {
		place->fd = fd;
		place->served = false;
		place->lingers = false;
		memcpy(place->peer, text, sizeof text);
		connections_set_due(place, due_ms);
		place->fresh_until_ms = clock_monotonic_ms() + CONNECTIONS_FRESH_MS;
	}
	pthread_mutex_unlock(&connections->lock);
	return place;
}

void connections_drop(struct connections *connections, struct connection *connection)
{
	if (!connection)
		return;
	arena_done(&connection->arena);
	pthread_mutex_lock(&connections->lock);
	connection->fd = -1;
	connection->next = connections->free;
	connections->free = connection;
	pthread_mutex_unlock(&connections->lock);
}

bool connections_any_fresh(struct connections *connections, int64_t now_ms)
{
	bool any = false;
	pthread_mutex_lock(&connections->lock);
	for (size_t i = 0; i < connections->high && !any; i++)
		any = connections->places[i].fd >= 0 && connections->places[i].fresh_until_ms > now_ms;
	pthread_mutex_unlock(&connections->lock);
	return any;
}
