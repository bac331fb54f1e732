/* SPDX-License-Identifier: Apache-2.0 */
/* due - what is to be done at its time: the background takes one after the other from a queue (store/expiry.h). One that
 * fails holds up nobody: it leaves the front of the queue and is looked at again a little later. */
#pragma once

#include "server/core/server.h"
#include "store/expiry.h"

enum { DUE_AT_ONCE = 100, DUE_AGAIN_MS = 60 * 1000 };

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
