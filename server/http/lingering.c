/* SPDX-License-Identifier: Apache-2.0 */
/* lingering - a table of descriptors, and the thread that reads them to their end. */
#include "server/http/lingering.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECE = 64 * 1024 };

struct place {
	int fd; /* -1 = free; whoever finds it so takes it, the thread alone frees it */
	int64_t due_ms;
	size_t left; /* bytes that may still come */
};

struct lingering {
	pthread_mutex_t lock; /* over the places and stopping */
	pthread_t thread;
	int wake_fd;
	bool stopping;
	struct place places[LINGER_AT_ONCE];
	struct pollfd polled[LINGER_AT_ONCE + 1]; /* the thread's; the last one wakes it */
	uint8_t thrown_away[PIECE];
};

static void end_place(struct place *place)
{
	close(place->fd);
	place->fd = -1;
}

/* What is asked of poll; how long it may take at most. */
static int gather(struct lingering *lingering, int64_t now_ms)
{
	int64_t least_ms = -1;
	for (size_t i = 0; i < LINGER_AT_ONCE; i++) {
		const struct place *place = &lingering->places[i];
		lingering->polled[i] = (struct pollfd){.fd = place->fd, .events = POLLIN};
		int64_t left_ms = place->due_ms > now_ms ? place->due_ms - now_ms : 0;
		if (place->fd >= 0 && (least_ms < 0 || left_ms < least_ms))
			least_ms = left_ms;
	}
	lingering->polled[LINGER_AT_ONCE] = (struct pollfd){.fd = lingering->wake_fd, .events = POLLIN};
	return (int)least_ms;
}

/* False when the client has closed, or had its time or its bytes. */
static bool goes_on(struct lingering *lingering, struct place *place, short seen, int64_t now_ms)
{
	if (now_ms >= place->due_ms)
		return false;
	if (!seen)
		return true;
	ssize_t n = recv(place->fd, lingering->thrown_away, PIECE, MSG_DONTWAIT);
	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0 || (size_t)n >= place->left)
		return false;
	place->left -= (size_t)n;
	return true;
}

static void look_at_all(struct lingering *lingering)
{
	eventfd_t woken;
	int64_t now_ms = clock_monotonic_ms();
	if (lingering->polled[LINGER_AT_ONCE].revents)
		(void)eventfd_read(lingering->wake_fd, &woken);
	for (size_t i = 0; i < LINGER_AT_ONCE; i++) {
		struct place *place = &lingering->places[i];
		const struct pollfd *polled = &lingering->polled[i];
		if (place->fd >= 0 && polled->fd == place->fd &&
			!goes_on(lingering, place, polled->revents, now_ms))
			end_place(place);
	}
}

static void *listen_on(void *context)
{
	struct lingering *lingering = context;
	pthread_mutex_lock(&lingering->lock);
	while (!lingering->stopping) {
		int wait_ms = gather(lingering, clock_monotonic_ms());
		pthread_mutex_unlock(&lingering->lock);
		int ready = poll(lingering->polled, LINGER_AT_ONCE + 1, wait_ms);
		pthread_mutex_lock(&lingering->lock);
		if (ready >= 0)
			look_at_all(lingering);
	}
	pthread_mutex_unlock(&lingering->lock);
	return NULL;
}

static fallible start(struct lingering *lingering)
{
	lingering->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (lingering->wake_fd < 0)
		return FAIL(IO, "an event descriptor cannot be opened");
	pthread_mutex_init(&lingering->lock, NULL);
	if (pthread_create(&lingering->thread, NULL, listen_on, lingering) != 0) {
		pthread_mutex_destroy(&lingering->lock);
		close(lingering->wake_fd);
		return FAIL(IO, "a thread cannot be started: raise RLIMIT_NPROC");
	}
	return OK;
}

fallible lingering_open(struct lingering **lingering)
{
	struct lingering *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for connections that linger");
	for (size_t i = 0; i < LINGER_AT_ONCE; i++)
		made->places[i].fd = -1;
	struct err err = start(made);
	if (err_failed(err)) {
		free(made);
		return err;
	}
	*lingering = made;
	return OK;
}

void lingering_close(struct lingering *lingering)
{
	if (!lingering)
		return;
	pthread_mutex_lock(&lingering->lock);
	lingering->stopping = true;
	pthread_mutex_unlock(&lingering->lock);
	eventfd_write(lingering->wake_fd, 1);
	pthread_join(lingering->thread, NULL);
	for (size_t i = 0; i < LINGER_AT_ONCE; i++)
		if (lingering->places[i].fd >= 0)
			end_place(&lingering->places[i]);
	pthread_mutex_destroy(&lingering->lock);
	close(lingering->wake_fd);
	free(lingering);
}

static struct place *find_room(struct lingering *lingering)
{
	for (size_t i = 0; i < LINGER_AT_ONCE; i++)
		if (lingering->places[i].fd < 0)
			return &lingering->places[i];
	return NULL;
}

void lingering_take(struct lingering *lingering, int fd)
{
	pthread_mutex_lock(&lingering->lock);
	struct place *place = find_room(lingering);
	int taken = place ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (taken >= 0) {
		shutdown(taken, SHUT_WR);
		*place = (struct place){taken, clock_monotonic_ms() + LINGER_MS, LINGER_BYTES_MAX};
	}
	pthread_mutex_unlock(&lingering->lock);
	if (taken >= 0)
		eventfd_write(lingering->wake_fd, 1);
}
