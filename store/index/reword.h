/* SPDX-License-Identifier: Apache-2.0 */
/* reword - hash the words of folded rows anew whose search key was turned, run by run, while everything goes
 * on.
 *
 * Until then the rows of such a run are opened and compared, so that an answer lacks nothing. Source:
 * FOUNDATIONS 12. */
#pragma once

#include "base/err.h"
#include "base/ids.h"
#include "store/volume.h"

/* How far a round has come; zeroed to begin one. */
struct reword {
	struct id tenant; /* runs before this tenant's index `first` are through */
	uint64_t first;
	bool ended; /* every run is through */
};

/* reword_step - look at the next runs, and make the words of at most one anew. Fails: BUSY sealed, or the key
 * was turned meanwhile · FULL · IO · CORRUPT: nothing of the step stands. Thread: the folder's alone. Cost:
 * some microseconds a row of a run of at most INDEX_RUN_MAX rows. */
fallible reword_step(struct volume *volume, struct reword *reword);

/* reword_is_due - whether the index holds words of a tenant under another key than that of the moment. Fails:
 * BUSY sealed · CORRUPT · IO. */
fallible reword_is_due(const struct volume *volume, struct id tenant, bool *due);
