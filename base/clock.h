/* SPDX-License-Identifier: Apache-2.0 */
/* clock - the one door to the time of day. Tests link another clock.c (tests/support/fake_clock.c). */
#pragma once

#include "base/err.h"
#include "base/span.h"

struct instant {
	int64_t ms; /* since 1970-01-01T00:00:00Z, leap seconds left out */
};

/* clock_now - the wall clock. One reading a request: code is told the time, it does not ask. */
struct instant clock_now(void);

/* clock_monotonic_ms - for deadlines and durations; never goes back. */
int64_t clock_monotonic_ms(void);

/* clock_monotonic_ns - the same clock, finer: for measuring. */
int64_t clock_monotonic_ns(void);

/* clock_is_synced - whether the kernel says that something keeps its clock right (adjtimex(2)). A system call: not for every
 * request. */
bool clock_is_synced(void);

/* clock_sleep_ms - wait; only background loops may. */
void clock_sleep_ms(int64_t ms);
