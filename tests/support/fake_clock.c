/* SPDX-License-Identifier: Apache-2.0 */
/* fake_clock - clock.h without the machine's wall clock; deadlines stay real. */
#include "tests/support/fake_clock.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

static _Atomic int64_t fake_now_ms = 1795262400000;

void fake_clock_set(struct instant at)
{
	fake_now_ms = at.ms;
}

static _Atomic bool fake_lost;

void fake_clock_lose(void)
{
	fake_lost = true;
}

bool clock_is_synced(void)
{
	return !fake_lost;
}

void fake_clock_pass(int64_t ms)
{
	fake_now_ms += ms;
}

struct instant clock_now(void)
{
	return (struct instant){fake_now_ms};
}

int64_t clock_monotonic_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_monotonic_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void clock_sleep_ms(int64_t ms)
{
	struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	nanosleep(&t, NULL);
}
