/* SPDX-License-Identifier: Apache-2.0 */
/* steady - a wall clock that never goes back. While the machine's clock runs as it should they are the same; when it is set
 * back, this one goes on, ahead of it: what has ended stays ended. Where the machine's own word is needed (codes that a
 * phone computes), steady_wall says it. */
#pragma once

#include "base/clock.h"

#include <stdatomic.h>

/* Zeroed: it has seen no time yet. Thread-safe. */
struct steady {
	_Atomic int64_t lead_ms;   /* over the monotonic clock */
	_Atomic int64_t behind_ms; /* how far the machine's clock was behind at the last look */
};

/* steady_now - the later of the machine's clock and of what it was before, moved on by the time since. */
struct instant steady_now(struct steady *steady);

/* steady_raise - no earlier than that from now on: what was written before this process began. */
void steady_raise(struct steady *steady, struct instant at);

/* steady_behind_ms - how far the machine's clock was behind at the last steady_now; less than a second is 0. */
int64_t steady_behind_ms(const struct steady *steady);
