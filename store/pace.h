/* SPDX-License-Identifier: Apache-2.0 */
/* pace - how long the committer gathers a batch, and for how many jobs.
 *
 * Clients that wait for their answers come back together. On a slow disk one half of them waits for a flush
 * while the other half, long queued, stands still: the halves go on taking turns, and each client waits for
 * two flushes. So when a commit ends the next batch waits until as many jobs are queued as were under way,
 * and no longer than the queue had stood still. Where the processors are what is short, or the disk is fast,
 * it hardly did, and nobody waits: the halves then work side by side. Nor does a client who is alone. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { PACE_WAIT_MIN_NS = 2 * 1000 * 1000, PACE_WAIT_MAX_NS = 5 * 1000 * 1000 };

/* Zeroed: nobody is waited for. */
struct pace {
	size_t company;  /* jobs to wait for */
	int64_t wait_ns; /* at most so long, from the first job on */
};

/* pace_note - a commit has ended. It answered so many jobs; so many were queued meanwhile, and none for the
 * last `still_ns` of it. */
void pace_note(struct pace *pace, size_t answered, size_t queued, int64_t still_ns);
