/* SPDX-License-Identifier: Apache-2.0 */
/* pace - how long the committer gathers a batch, and for how many jobs.
 *
 * Clients that wait for their answers come back together. While one half of them waits for a flush the other half comes
 * back and is queued: the halves go on taking turns, each client waits for two flushes, and each flush serves half of them.
 * So when a batch is done the next one waits until as many jobs are queued as were under way: PACE_SHORT_NS at most, and half
 * as long as that batch took. Nor does a client who is alone wait.
 *
 * Many clients are not all back by then: their requests keep the processors busy for longer than a flush takes, one half may
 * as well be served while the other's is flushed, and a wait only leaves the disk idle and then the processors. So when
 * PACE_MISSES short waits in a row ran out before all were back, PACE_REST batches are not waited for, and then one wait tries
 * whether that has changed. The same spares clients who have nothing to do with each other a wait for nobody.
 *
 * On a slow disk the queue stands still for milliseconds while it is flushed: then, from PACE_STILL_NS on, the wait is as long
 * as that, and never left out. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { PACE_SHORT_NS = 300 * 1000, PACE_STILL_NS = 2 * 1000 * 1000, PACE_WAIT_MAX_NS = 5 * 1000 * 1000 };
enum { PACE_MISSES = 8, PACE_REST = 64 };

/* Zeroed: nobody is waited for. */
struct pace {
	size_t company;  /* jobs to wait for */
	int64_t wait_ns; /* at most so long, from the first job on */
	unsigned misses; /* short waits that ran out, in a row: PACE_MISSES at most */
	unsigned rest;   /* batches that are not waited for, still */
};

/* What a batch has come to. */
struct pace_batch {
	size_t answered;  /* jobs */
	size_t queued;    /* meanwhile */
	int64_t took_ns;  /* to run and commit them */
	int64_t still_ns; /* since a job was queued */
};

/* pace_note - a batch is done, which pace was for. */
void pace_note(struct pace *pace, const struct pace_batch *batch);
