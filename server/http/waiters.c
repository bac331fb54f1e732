/* SPDX-License-Identifier: Apache-2.0 */
/* waiters - lists by the last byte of an id, and a thread for those whose time is over. */
#include "server/http/waiters.h"

#include "base/clock.h"
#include "server/env/pause.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { LISTS = 256, LONGEST_MS = 60 * 60 * 1000 };

struct waiters {
	pthread_mutex_t lock;
	pthread_t thread;
	struct pause pause;
	size_t max;
	atomic_size_t count;
	bool stopping;
	int64_t next_ms; /* when the thread looks again */
	struct waiter *lists[LISTS];
};

/* ---- with the lock held ---- */

static struct waiter **list_of(struct waiters *waiters, struct id about)
{
	return &waiters->lists[about.bytes[sizeof about.bytes - 1]];
}

static void link_in(struct waiters *waiters, struct waiter *waiter)
{
	struct waiter **first = list_of(waiters, waiter->about);
	waiter->before = NULL;
	waiter->after = *first;
	if (*first)
		(*first)->before = waiter;
	*first = waiter;
	waiter->entered = true;
	waiters->count++;
}

static void unlink_it(struct waiters *waiters, struct waiter *waiter)
{
	if (waiter->before)
		waiter->before->after = waiter->after;
	else
		*list_of(waiters, waiter->about) = waiter->after;
	if (waiter->after)
		waiter->after->before = waiter->before;
	waiter->entered = false;
	waiters->count--;
}

/* The exchange may be over as soon as it is resumed, and the waiter's memory with it. */
static void let_go(struct waiters *waiters, struct waiter *waiter)
{
	struct http_exchange *exchange = waiter->exchange;
	if (!exchange) {
		waiter->woken = true;
		return;
	}
	unlink_it(waiters, waiter);
	http_resume(exchange);
}

static void let_all_go(struct waiters *waiters)
{
	for (size_t i = 0; i < LISTS; i++)
		for (struct waiter *at = waiters->lists[i], *after; at; at = after) {
			after = at->after;
			let_go(waiters, at);
		}
}

/* ---- those whose time is over ---- */

/* end_late - and when the next one's will be. */
static int64_t end_late(struct waiters *waiters, int64_t now_ms)
{
	int64_t next_ms = now_ms + LONGEST_MS;
	for (size_t i = 0; i < LISTS; i++)
		for (struct waiter *at = waiters->lists[i], *after; at; at = after) {
			after = at->after;
			if (!at->exchange)
				continue;
			if (at->until_ms <= now_ms)
				let_go(waiters, at);
			else if (at->until_ms < next_ms)
				next_ms = at->until_ms;
		}
	return next_ms;
}

static void *run_thread(void *context)
{
	struct waiters *waiters = context;
	int64_t sleep_ms = 0;
	while (pause_wait(&waiters->pause, sleep_ms)) {
		int64_t now_ms = clock_monotonic_ms();
		pthread_mutex_lock(&waiters->lock);
		waiters->next_ms = end_late(waiters, now_ms);
		sleep_ms = waiters->next_ms - now_ms;
		pthread_mutex_unlock(&waiters->lock);
	}
	return NULL;
}

/* ---- from outside ---- */

fallible waiters_open(size_t max, struct waiters **waiters)
{
	struct waiters *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for those who wait");
	made->max = max;
	pause_init(&made->pause);
	pthread_mutex_init(&made->lock, NULL);
	if (pthread_create(&made->thread, NULL, run_thread, made) == 0) {
		*waiters = made;
		return OK;
	}
	pthread_mutex_destroy(&made->lock);
	pause_done(&made->pause);
	free(made);
	return FAIL(NO_MEMORY, "the thread for those who wait cannot be started: raise RLIMIT_NPROC");
}

void waiters_stop(struct waiters *waiters)
{
	if (!waiters)
		return;
	pthread_mutex_lock(&waiters->lock);
	waiters->stopping = true;
	let_all_go(waiters);
	pthread_mutex_unlock(&waiters->lock);
}

void waiters_close(struct waiters *waiters)
{
	if (!waiters)
		return;
	waiters_stop(waiters);
	pause_stop(&waiters->pause);
	pthread_join(waiters->thread, NULL);
	pause_done(&waiters->pause);
	pthread_mutex_destroy(&waiters->lock);
	free(waiters);
}

fallible waiters_enter(struct waiters *waiters, struct id about, struct waiter *waiter)
{
	if (!waiters)
		return FAIL(BUSY, "nobody can wait here");
	pthread_mutex_lock(&waiters->lock);
	bool enters = !waiters->stopping && waiters->count < waiters->max;
	*waiter = (struct waiter){.about = about};
	if (enters)
		link_in(waiters, waiter);
	pthread_mutex_unlock(&waiters->lock);
	return enters ? OK : FAIL(BUSY, "as many wait as the server lets");
}

void waiters_leave(struct waiters *waiters, struct waiter *waiter)
{
	if (!waiter->entered)
		return;
	pthread_mutex_lock(&waiters->lock);
	unlink_it(waiters, waiter);
	pthread_mutex_unlock(&waiters->lock);
}

void waiters_park(
	struct waiters *waiters, struct waiter *waiter, struct http_exchange *exchange, int64_t wait_ms)
{
	pthread_mutex_lock(&waiters->lock);
	http_suspend(exchange);
	waiter->exchange = exchange;
	waiter->until_ms = clock_monotonic_ms() + wait_ms;
	bool sooner = waiter->until_ms < waiters->next_ms;
	if (waiter->woken || waiters->stopping)
		let_go(waiters, waiter);
	pthread_mutex_unlock(&waiters->lock);
	if (sooner)
		pause_wake(&waiters->pause);
}

void waiters_wake(void *context, struct id about)
{
	struct waiters *waiters = context;
	if (waiters->count == 0)
		return;
	pthread_mutex_lock(&waiters->lock);
	for (struct waiter *at = *list_of(waiters, about), *after; at; at = after) {
		after = at->after;
		if (ids_equal(at->about, about))
			let_go(waiters, at);
	}
	pthread_mutex_unlock(&waiters->lock);
}

size_t waiters_count(const struct waiters *waiters)
{
	return waiters ? waiters->count : 0;
}
