/* SPDX-License-Identifier: Apache-2.0 */
/* committer - the one thread that writes: takes what is queued, runs it act by act in one transaction,
 * commits once.
 *
 * That is group commit, and also why two parallel right codes can't both win. The queue is bounded by places
 * that are reserved before a request is suspended, so a reserved place never fails. */
#pragma once

#include "store/act.h"

enum { COMMITTER_PLACES = 4096, COMMITTER_BATCH_EVENTS = 20000 };

struct committer; /* opaque */

/* What the committer counts, for /metrics. */
struct committer_counts {
	uint64_t acts, dropped, batches, events;
	uint64_t commit_ns; /* spent in commits */
	size_t queued;
};

/* committer_open - start the thread. `fatal` is told on it when a commit left the disk in an unknown state;
 * it must end the process. Owns: committer_close. */
fallible committer_open(struct volume *volume, struct alarm fatal, struct committer **committer);

/* committer_close - run what is queued, then stop the thread. Nothing may be reserved afterwards. Takes NULL.
 */
void committer_close(struct committer *committer);

/* committer_reserve - a place for one job. Fails: BUSY the queue is full. committer_release - give it back
 * unused. */
fallible committer_reserve(struct committer *committer);
void committer_release(struct committer *committer);

/* committer_submit - queue a job on a reserved place; job lives until its done was called. Thread: any. */
void committer_submit(struct committer *committer, struct act_job *job);

/* committer_run - submit and wait: for start, background loops and tests, never on a pool thread of http.
 * Fails: BUSY the queue is full · what the job or the commit fails with. */
fallible committer_run(struct committer *committer, struct act_job job);

/* Whom the committer tells that the log has grown: on its thread, after those whose acts it was. It must not block. */
struct bell {
	void *context;
	void (*ring)(void *context);
};

/* committer_set_bell - from now on; a zeroed one = nobody. When it returns, the one before is not rung any more, nor ringing: its
 * owner may go. Not from within a bell. */
void committer_set_bell(struct committer *committer, struct bell bell);

/* Whom the committer tells that a verification has changed, and that this is durable: on its thread. It must not block. */
struct watch {
	void *context;
	void (*changed)(void *context, struct id verification);
};

/* committer_set_watch - from now on; a zeroed one = nobody. */
void committer_set_watch(struct committer *committer, struct watch watch);

void committer_count(struct committer *committer, struct committer_counts *counts);
