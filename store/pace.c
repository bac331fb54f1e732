/* SPDX-License-Identifier: Apache-2.0 */
/* pace - from the last commit to the next. */
#include "store/pace.h"

void pace_note(struct pace *pace, size_t answered, size_t queued, int64_t still_ns)
{
	int64_t wait = still_ns < PACE_WAIT_MAX_NS ? still_ns : PACE_WAIT_MAX_NS;
	pace->company = answered + queued;
	pace->wait_ns = wait < PACE_WAIT_MIN_NS ? 0 : wait;
}
