/* SPDX-License-Identifier: Apache-2.0 */
/* pause - a condition on the monotonic clock. */
#include "server/env/pause.h"

#include "base/clock.h"

#include <time.h>

static const int64_t MS_NS = 1000000;
static const int64_t S_NS = 1000000000;

void pause_init(struct pause *pause)
{
	pthread_condattr_t monotonic;
	*pause = (struct pause){.woken = false};
	pthread_mutex_init(&pause->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&pause->over, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

void pause_done(struct pause *pause)
{
	pthread_mutex_destroy(&pause->lock);
	pthread_cond_destroy(&pause->over);
}

bool pause_wait(struct pause *pause, int64_t ms)
{
	return pause_wait_until(pause, clock_monotonic_ns() + ms * MS_NS);
}

bool pause_wait_until(struct pause *pause, int64_t until_ns)
{
	const struct timespec until = {.tv_sec = until_ns / S_NS, .tv_nsec = until_ns % S_NS};
	int waited = 0;
	pthread_mutex_lock(&pause->lock);
	while (!pause->woken && !pause->stopping && waited == 0)
		waited = pthread_cond_timedwait(&pause->over, &pause->lock, &until);
	pause->woken = false;
	bool goes_on = !pause->stopping;
	pthread_mutex_unlock(&pause->lock);
	return goes_on;
}

bool pause_is_stopping(struct pause *pause)
{
	pthread_mutex_lock(&pause->lock);
	bool stopping = pause->stopping;
	pthread_mutex_unlock(&pause->lock);
	return stopping;
}

static void end(struct pause *pause, bool *why)
{
	pthread_mutex_lock(&pause->lock);
	*why = true;
	pthread_cond_signal(&pause->over);
	pthread_mutex_unlock(&pause->lock);
}

void pause_wake(struct pause *pause)
{
	end(pause, &pause->woken);
}

void pause_stop(struct pause *pause)
{
	end(pause, &pause->stopping);
}
