/* SPDX-License-Identifier: Apache-2.0 */
/* clock - CLOCK_REALTIME and CLOCK_MONOTONIC in milliseconds. */
#include "base/clock.h"

#include <sys/timex.h>
#include <time.h>

static int64_t read_ms(clockid_t which)
{
	struct timespec t;
	clock_gettime(which, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct instant clock_now(void)
{
	return (struct instant){read_ms(CLOCK_REALTIME)};
}

int64_t clock_monotonic_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t clock_monotonic_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

bool clock_is_synced(void)
{
	struct timex t = {.modes = 0};
	return adjtimex(&t) != TIME_ERROR && !(t.status & STA_UNSYNC);
}

void clock_sleep_ms(int64_t ms)
{
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	nanosleep(&t, NULL);
}
