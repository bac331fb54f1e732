/* SPDX-License-Identifier: Apache-2.0 */
/* fake_clock - the time of day in tests: it stands until it is moved. */
#pragma once

#include "base/clock.h"

/* fake_clock_set - from now on clock_now says this. It starts at 2026-11-21T12:00:00Z. */
void fake_clock_set(struct instant at);

/* fake_clock_lose - nothing keeps the clock right from now on. */
void fake_clock_lose(void);

/* fake_clock_pass - move it on (or back). */
void fake_clock_pass(int64_t ms);
