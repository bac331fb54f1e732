/* SPDX-License-Identifier: Apache-2.0 */
/* quick_turns - preloaded into a server, the two seconds between turns of its background jobs are four milliseconds,
 * and every other wait is as long as ever: what has its turn after half an hour has it after seconds. All conditions of
 * the server go by the monotonic clock. */
#include <pthread.h>
#include <stdint.h>
#include <time.h>

enum { TURN_MS = 2000, LATE_MS = 40, QUICK_MS = 4 };

static int64_t ms_of(const struct timespec *at)
{
	return at->tv_sec * 1000 + at->tv_nsec / 1000000;
}

int pthread_cond_timedwait(
	pthread_cond_t *restrict over, pthread_mutex_t *restrict lock, const struct timespec *restrict until)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	int64_t left_ms = ms_of(until) - ms_of(&now);
	if (left_ms < TURN_MS - LATE_MS || left_ms > TURN_MS)
		return pthread_cond_clockwait(over, lock, CLOCK_MONOTONIC, until);
	int64_t soon_ms = ms_of(&now) + QUICK_MS;
	const struct timespec soon = {.tv_sec = soon_ms / 1000, .tv_nsec = soon_ms % 1000 * 1000000};
	return pthread_cond_clockwait(over, lock, CLOCK_MONOTONIC, &soon);
}
