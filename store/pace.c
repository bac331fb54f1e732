/* SPDX-License-Identifier: Apache-2.0 */
/* pace - from the last batch to the next. */
#include "store/pace.h"

#include <stdbool.h>

static int64_t least(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

void pace_note(struct pace *pace, const struct pace_batch *batch)
{
	bool stood_still = batch->still_ns >= PACE_STILL_NS;
	pace->company = batch->answered + batch->queued;
	pace->wait_ns = stood_still ? least(batch->still_ns, PACE_WAIT_MAX_NS)
				    : least(batch->took_ns / 2, PACE_SHORT_NS);
}
