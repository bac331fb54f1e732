/* SPDX-License-Identifier: Apache-2.0 */
/* steady - one number that only grows: how far the wall clock leads the monotonic one. */
#include "base/steady.h"

enum { JITTER_MS = 1000 };

static int64_t raise(struct steady *steady, int64_t lead_ms)
{
	int64_t known = atomic_load(&steady->lead_ms);
	while (known < lead_ms && !atomic_compare_exchange_weak(&steady->lead_ms, &known, lead_ms))
		continue;
	return known < lead_ms ? lead_ms : known;
}

struct instant steady_now(struct steady *steady)
{
	/* The wall clock first: a pause between the two readings makes the lead smaller, never greater. */
	int64_t wall_ms = clock_now().ms;
	int64_t monotonic_ms = clock_monotonic_ms();
	int64_t now_ms = monotonic_ms + raise(steady, wall_ms - monotonic_ms);
	atomic_store(&steady->behind_ms, now_ms - wall_ms);
	return (struct instant){now_ms};
}

void steady_raise(struct steady *steady, struct instant at)
{
	raise(steady, at.ms - clock_monotonic_ms());
}

int64_t steady_behind_ms(const struct steady *steady)
{
	int64_t behind_ms = atomic_load(&steady->behind_ms);
	return behind_ms < JITTER_MS ? 0 : behind_ms;
}
