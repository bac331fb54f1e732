/* SPDX-License-Identifier: Apache-2.0 */
/* moments - a list by time, and a thread that sleeps until the first of it. */
#include "server/http/moments.h"

#include "base/clock.h"
#include "server/env/pause.h"

#include <pthread.h>
#include <stdlib.h>

static const int64_t MS_NS = 1000000;
static const int64_t LONGEST_NS = INT64_C(3600) * 1000000000;

struct moments {
	pthread_mutex_t lock;
	pthread_t thread;
	struct pause pause;
	int64_t step_ns;
	bool stopping;
	struct moments_place *first, *last; /* who leaves first, who leaves last */
};

int64_t moments_next(int64_t came_ns, int64_t now_ns, int64_t step_ns)
{
	int64_t past = now_ns > came_ns ? now_ns - came_ns : 0;
	return came_ns + (past / step_ns + 1) * step_ns;
}

/* ---- with the lock held ---- */

/* All wait less than a step, so who comes last leaves last, or nearly. */
static void link_in(struct moments *moments, struct moments_place *place)
{
	struct moments_place *before = moments->last;
	while (before && before->leaves_ns > place->leaves_ns)
		before = before->before;
	place->before = before;
	place->after = before ? before->after : moments->first;
	*(before ? &before->after : &moments->first) = place;
	*(place->after ? &place->after->before : &moments->last) = place;
}

/* The exchange may be over as soon as it is resumed, and the place's memory with it. */
static void let_first_go(struct moments *moments)
{
	struct moments_place *place = moments->first;
	struct http_exchange *exchange = place->exchange;
	moments->first = place->after;
	*(place->after ? &place->after->before : &moments->last) = NULL;
	http_resume(exchange);
}

/* let_due_go - and when the next one is. */
static int64_t let_due_go(struct moments *moments, int64_t now_ns)
{
	while (moments->first && moments->first->leaves_ns <= now_ns)
		let_first_go(moments);
	return moments->first ? moments->first->leaves_ns : now_ns + LONGEST_NS;
}

/* ---- the thread ---- */

static void *run_thread(void *context)
{
	struct moments *moments = context;
	int64_t next_ns = 0;
	while (pause_wait_until(&moments->pause, next_ns)) {
		pthread_mutex_lock(&moments->lock);
		next_ns = let_due_go(moments, clock_monotonic_ns());
		pthread_mutex_unlock(&moments->lock);
	}
	return NULL;
}

/* ---- from outside ---- */

fallible moments_open(int64_t step_ms, struct moments **moments)
{
	struct moments *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for answers that are held back");
	made->step_ns = step_ms * MS_NS;
	pause_init(&made->pause);
	pthread_mutex_init(&made->lock, NULL);
	if (pthread_create(&made->thread, NULL, run_thread, made) == 0) {
		*moments = made;
		return OK;
	}
	pthread_mutex_destroy(&made->lock);
	pause_done(&made->pause);
	free(made);
	return FAIL(
		NO_MEMORY, "the thread for answers that are held back cannot be started: raise RLIMIT_NPROC");
}

void moments_stop(struct moments *moments)
{
	if (!moments)
		return;
	pthread_mutex_lock(&moments->lock);
	moments->stopping = true;
	while (moments->first)
		let_first_go(moments);
	pthread_mutex_unlock(&moments->lock);
}

void moments_close(struct moments *moments)
{
	if (!moments)
		return;
	moments_stop(moments);
	pause_stop(&moments->pause);
	pthread_join(moments->thread, NULL);
	pause_done(&moments->pause);
	pthread_mutex_destroy(&moments->lock);
	free(moments);
}

/* park - false when nobody is held back any more. *leads says whether the thread sleeps for too long. */
static bool park(struct moments *moments, struct moments_place *place, bool *leads)
{
	pthread_mutex_lock(&moments->lock);
	bool parks = !moments->stopping;
	if (parks)
		link_in(moments, place);
	*leads = parks && moments->first == place;
	pthread_mutex_unlock(&moments->lock);
	return parks;
}

void moments_resume(
	struct moments *moments, struct moments_place *place, struct http_exchange *exchange, int64_t came_ns)
{
	bool leads = false;
	bool parks = false;
	if (moments) {
		place->exchange = exchange;
		place->leaves_ns = moments_next(came_ns, clock_monotonic_ns(), moments->step_ns);
		parks = park(moments, place, &leads);
	}
	if (!parks)
		http_resume(exchange);
	else if (leads)
		pause_wake(&moments->pause);
}
