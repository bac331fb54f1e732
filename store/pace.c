/* SPDX-License-Identifier: Apache-2.0 */
/* pace - from the last batch to the next. */
#include "store/pace.h"

#include <stdbool.h>

static int64_t least(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

/* What the short wait came to, if there was one. */
static void learn(struct pace *pace, const struct pace_batch *batch)
{
	if (pace->wait_ns == 0 || pace->wait_ns > PACE_SHORT_NS)
		return;
	bool all_came = batch->answered >= pace->company;
	if (all_came)
		pace->misses = 0;
	else if (pace->misses < PACE_MISSES)
		pace->misses++;
	pace->rest = pace->misses == PACE_MISSES ? PACE_REST : 0;
}

static int64_t short_wait_ns(struct pace *pace, int64_t took_ns)
{
	if (pace->rest == 0)
		return least(took_ns / 2, PACE_SHORT_NS);
	pace->rest--;
	return 0;
}

void pace_note(struct pace *pace, const struct pace_batch *batch)
{
	bool stood_still = batch->still_ns >= PACE_STILL_NS;
	learn(pace, batch);
	pace->company = batch->answered + batch->queued;
	pace->wait_ns =
		stood_still ? least(batch->still_ns, PACE_WAIT_MAX_NS) : short_wait_ns(pace, batch->took_ns);
}
