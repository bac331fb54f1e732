/* SPDX-License-Identifier: Apache-2.0 */
/* reindex - make another index from the log while everything goes on, and put it in the place of the one that serves.
 *
 * It is made in DIR/index.new by what makes every index: rows of the log, folds, merges. When it has come as far as
 * the other one they change places, in one step: a reader, and a process that is killed, has one of them whole.
 * What was made before a restart is gone on with. Thread: the folder's alone. */
#pragma once

#include "base/err.h"
#include "store/index/load.h"
#include "store/index/merge.h"
#include "store/volume.h"

struct reindex {
	struct volume *volume; /* whose index is to be replaced */
	struct volume made;    /* the same log with the new one */
	struct load load;
	struct merge merge;
	unsigned folds;      /* since the last round of merging began */
	struct kv *replaced; /* until its last reader is gone */
	bool runs;
	bool tidied;
	int64_t said_ms; /* clock_monotonic_ms */
};

/* reindex_init - nothing runs yet; owns what reindex_done closes. */
void reindex_init(struct volume *volume, struct reindex *reindex);

/* reindex_look - begin if an order stands (store/index/reindex_order.h); and remove what nobody reads any more. Fails: as
 * kv_open, load_open: the order is at its end, and says why. */
fallible reindex_look(struct reindex *reindex);

/* reindex_step - while it runs: load, fold or merge a little, or change places.
 *
 *   replaced  set when the new index has taken its place: what was known of runs of the old one means nothing
 * Fails: BUSY a search key was turned: try again · anything else: the order is at its end, and says why, and the index
 * that serves goes on. Cost: of one fold at most. */
fallible reindex_step(struct reindex *reindex, bool *replaced);

/* reindex_done - close everything; what was made so far stays for the next start. No reader may be left. */
void reindex_done(struct reindex *reindex);
