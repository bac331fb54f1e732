/* SPDX-License-Identifier: Apache-2.0 */
/* acceptor - polls while there is a place, waits for one while there is none. */
#include "server/http/acceptor.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	REST_MS = 100, /* behind a failure that will be there again at once: no descriptor, no memory */
};

struct acceptor {
	struct acceptor_ask ask;
	pthread_t thread;
	int wake_fd;
	atomic_size_t taken; /* places */
	atomic_bool waits;   /* for a place: whoever gives one back wakes it */
	atomic_bool stopping;
	bool joined;
};

static void wake(struct acceptor *acceptor)
{
	eventfd_write(acceptor->wake_fd, 1);
}

static void sleep_until_woken(struct acceptor *acceptor, int wait_ms)
{
	eventfd_t woken;
	struct pollfd polled = {.fd = acceptor->wake_fd, .events = POLLIN};
	if (poll(&polled, 1, wait_ms) > 0)
		(void)eventfd_read(acceptor->wake_fd, &woken);
}

/* It says that it waits before it looks again: a place that is given back in between wakes it. */
static void wait_for_place(struct acceptor *acceptor)
{
	acceptor->waits = true;
	while (!acceptor->stopping && acceptor->taken >= acceptor->ask.places)
		sleep_until_woken(acceptor, -1);
	acceptor->waits = false;
}

static void wait_for_client(struct acceptor *acceptor)
{
	struct pollfd polled[] = {{.fd = acceptor->ask.listen_fd, .events = POLLIN},
		{.fd = acceptor->wake_fd, .events = POLLIN}};
	eventfd_t woken;
	(void)poll(polled, 2, -1);
	if (polled[1].revents)
		(void)eventfd_read(acceptor->wake_fd, &woken);
}

/* What one client does to its own connection is no reason to rest. */
static bool will_be_there_again(int code)
{
	return code == EMFILE || code == ENFILE || code == ENOBUFS || code == ENOMEM || code == EINVAL;
}

static void take_one(struct acceptor *acceptor)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof peer;
	int fd = accept4(
		acceptor->ask.listen_fd, (struct sockaddr *)&peer, &len, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		wait_for_client(acceptor);
	else if (fd < 0 && will_be_there_again(errno))
		sleep_until_woken(acceptor, REST_MS);
	if (fd < 0)
		return;
	acceptor->taken++;
	if (!acceptor->ask.take(acceptor->ask.context, fd, (const struct sockaddr *)&peer, len))
		acceptor->taken--;
}

static void *accept_all(void *context)
{
	struct acceptor *acceptor = context;
	while (!acceptor->stopping) {
		wait_for_place(acceptor);
		if (!acceptor->stopping)
			take_one(acceptor);
	}
	return NULL;
}

static fallible start(struct acceptor *acceptor)
{
	acceptor->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (acceptor->wake_fd < 0)
		return FAIL(IO, "an event descriptor cannot be opened");
	if (pthread_create(&acceptor->thread, NULL, accept_all, acceptor) == 0)
		return OK;
	close(acceptor->wake_fd);
	return FAIL(IO, "a thread cannot be started: raise RLIMIT_NPROC");
}

fallible acceptor_open(const struct acceptor_ask *ask, struct acceptor **acceptor)
{
	struct acceptor *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory to accept connections");
	made->ask = *ask;
	*acceptor = made; /* the first connection may be over before this returns */
	struct err err = start(made);
	if (err_failed(err)) {
		*acceptor = NULL;
		free(made);
	}
	return err;
}

void acceptor_leave(struct acceptor *acceptor)
{
	acceptor->taken--;
	if (acceptor->waits)
		wake(acceptor);
}

void acceptor_stop(struct acceptor *acceptor)
{
	if (acceptor->joined)
		return;
	acceptor->stopping = true;
	wake(acceptor);
	pthread_join(acceptor->thread, NULL);
	acceptor->joined = true;
}

void acceptor_close(struct acceptor *acceptor)
{
	if (!acceptor)
		return;
	close(acceptor->wake_fd);
	free(acceptor);
}
