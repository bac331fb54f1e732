/* SPDX-License-Identifier: Apache-2.0 */
/* moments - answers that leave at fixed moments: one step after their request came, or two, or three. How long the work took can't be
 * read off the time of such an answer, but for the few whose work ends on either side of a moment.
 *
 * Source: docs/decisions/0022-answers-at-moments.md. */
#pragma once

#include "server/http/http.h"

enum { MOMENTS_STEP_MOST_MS = 1000 };

struct moments; /* opaque */

/* One that is held back; in memory that lives as long as its exchange. */
struct moments_place {
	struct http_exchange *exchange;
	int64_t leaves_ns; /* of clock_monotonic_ns */
	struct moments_place *before, *after;
};

/* moments_open - start the thread that lets them go.
 *
 *   step_ms  1 to MOMENTS_STEP_MOST_MS
 * Fails: NO_MEMORY. */
fallible moments_open(int64_t step_ms, struct moments **moments);

/* moments_stop - all are let go, and nobody is held back any more. moments_close - after http_close, when nobody comes any more. Both
 * take NULL. */
void moments_stop(struct moments *moments);
void moments_close(struct moments *moments);

/* moments_resume - resume a suspended exchange at the next moment of its own; at once with NULL, or once it was stopped.
 *
 *   came_ns  when its request came, of clock_monotonic_ns
 * Nothing of the exchange may be touched afterwards.
 * Cost:   those who came within a step of it and leave later.
 * Thread: any. */
void moments_resume(struct moments *moments, struct moments_place *place, struct http_exchange *exchange,
	int64_t came_ns);

/* moments_next - the first moment behind `now`: a whole number of steps, and at least one, after it came. */
int64_t moments_next(int64_t came_ns, int64_t now_ns, int64_t step_ns);
