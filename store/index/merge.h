/* SPDX-License-Identifier: Apache-2.0 */
/* merge - make one run of several of a tenant, so that a query without a match looks at few runs, however
 * long the log is.
 *
 * Of each tier a tenant has at most MERGE_FAN - 1 runs after a round; that many folds go by before its newest
 * rows are touched again. A tenant's old runs, their places and the new run change in one transaction: a
 * reader, and a process that is killed, has either the old ones or the new one. A run with more than half of
 * INDEX_RUN_MAX rows is full, and stays as it is. */
#pragma once

#include "base/err.h"
#include "base/ids.h"
#include "store/volume.h"

enum { MERGE_FAN = 8 };

/* How far a round has come; zeroed to begin one. It lives in memory: a round that is broken off is begun
 * anew. */
struct merge {
	struct id after;  /* tenants up to and with this one are through */
	uint32_t segment; /* of what this round makes, once numbered */
	bool numbered;
	bool again; /* a tenant has more runs than were looked at: another round is due */
	bool ended; /* every tenant is through */
};

/* merge_step - look at the next tenants, and merge what is due, in one small transaction. A tenant is merged
 * at most once a round. Fails: FULL · IO · CORRUPT · NO_MEMORY: nothing of the step stands, and the round has
 * to be begun anew. Thread: the folder's alone. Cost: a few MiB of writing at most, in the usual case far
 * less. */
fallible merge_step(struct volume *volume, struct merge *merge);
