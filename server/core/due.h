/* SPDX-License-Identifier: Apache-2.0 */
/* due - what is to be done at its time: the background takes one after the other from a queue (store/nouns/expiry.h). One that
 * fails holds up nobody: it leaves the front of the queue and is looked at again a little later. */
#pragma once

#include "server/core/server.h"
#include "store/nouns/expiry.h"
#include "store/nouns/swept.h"

enum {
	DUE_AT_ONCE = 100,
	DUE_AGAIN_MS = 60 * 1000,
	DUE_DAMAGED_MS = 24 * 3600 * 1000, /* of a sweep: what was damaged is not whole a minute later */
	DUE_SWEPT_AT_ONCE = 500
};

/* Does what one entry is for, in acts of its own, and takes it from the queue when it is done; NOT_FOUND = somebody else has. */
typedef fallible due_look(const struct server *server, const struct expiry *due, struct instant now);

/* due_turn - look at what is due of a kind, in the order of the times, at most DUE_AT_ONCE; a volume that takes no writes
 * leaves it for later. Not from inside an act.
 *
 *   done  how many were looked at
 * Fails: as the first look that failed, which is due again DUE_AGAIN_MS later; as due_put_off. BUSY and STALE are the
 * moment's fault: they end the turn, and the next one begins with the same entry. */
fallible due_turn(
	const struct server *server, enum expiry_kind kind, struct instant now, due_look *look, size_t *done);

/* due_put_off - an entry is due so much later than now. due_drop - it is not due any more. Not from inside an act.
 * Fail: NOT_FOUND it is not in the queue · as committer_run. */
fallible due_put_off(const struct server *server, const struct expiry *due, int64_t ms);
fallible due_drop(const struct server *server, const struct expiry *due);

/* How far an act has come that does many entries at once. */
struct due_round {
	size_t done;
	bool is_at; /* it works at this one: which one an act that fails has failed at */
	struct expiry at;
};

/* Does at most max of what is due, in the act. */
typedef fallible due_sweep(struct act *act, size_t max, struct due_round *round);

/* due_sweep_next - take the oldest of a kind that is due from the queue: the round works at it, until due_sweep_did. Inside the act.
 * Fails: NOT_FOUND none is due. */
fallible due_sweep_next(struct act *act, enum expiry_kind kind, struct due_round *round);
void due_sweep_did(struct due_round *round);

/* due_sweep_turn - acts of a sweep, DUE_SWEPT_AT_ONCE entries each, until nothing is due; DUE_AT_ONCE times at most one fails: it is
 * undone, the entry that it was at is put off (a damaged one for DUE_DAMAGED_MS), and the others go on. A volume that takes no
 * writes leaves it for later. Not from inside an act.
 *
 *   done  how many were done
 * Fails: as the first act that failed. */
fallible due_sweep_turn(const struct server *server, due_sweep *sweep, size_t *done);

/* Does at most max of what is to be done, in the act, by going through a table; a row that is damaged it steps over. */
typedef fallible due_job(struct act *act, size_t max, struct swept *swept);

/* due_job_turn - acts of a job, DUE_SWEPT_AT_ONCE rows each, until there is nothing to do. A volume that takes no writes leaves it
 * for later. Not from inside an act.
 *
 *   told  zeroed at first; when damage was last failed of, which is once in DUE_DAMAGED_MS
 *   done  how many were done
 * Fails: as an act that failed; as the first row that is damaged. */
fallible due_job_turn(const struct server *server, due_job *job, struct instant *told, size_t *done);
