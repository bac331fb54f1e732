/* SPDX-License-Identifier: Apache-2.0 */
/* pace - how long the committer gathers a batch, and for how many jobs.
 *
 * Clients that wait for their answers come back together. While one half of them waits for a flush the other half comes
 * back and is queued: the halves go on taking turns, each client waits for two flushes, and each flush serves half of them.
 * So when a batch is done the next one waits until as many jobs are queued as were under way: PACE_SHORT_NS at most, and half
 * as long as that batch took. Few clients are all back by then; for many it is too short to matter, and longer would cost
 * more than it saves. On a slow disk the queue stands still for milliseconds while it is flushed: then, from PACE_STILL_NS
 * on, the wait is as long as that. Nor does a client who is alone wait. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { PACE_SHORT_NS = 300 * 1000, PACE_STILL_NS = 2 * 1000 * 1000, PACE_WAIT_MAX_NS = 5 * 1000 * 1000 };

/* Zeroed: nobody is waited for. */
struct pace {
	size_t company;  /* jobs to wait for */
	int64_t wait_ns; /* at most so long, from the first job on */
};

/* What a batch has come to. */
struct pace_batch {
	size_t answered;  /* jobs */
	size_t queued;    /* meanwhile */
	int64_t took_ns;  /* to run and commit them */
	int64_t still_ns; /* since a job was queued */
};

/* pace_note - a batch is done. */
void pace_note(struct pace *pace, const struct pace_batch *batch);
