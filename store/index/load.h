/* SPDX-License-Identifier: Apache-2.0 */
/* load - rows of the log behind an index's last fold, into a tail. */
#pragma once

#include "base/err.h"
#include "crypto/hash.h"
#include "store/volume.h"

enum { LOAD_ROWS = 10000 }; /* in one step */

struct load {
	struct volume *volume;
	uint64_t sequence; /* loaded so far */
	uint8_t chain[HASH_BLAKE];
	bool log_is_broken; /* what failed lies in the log: another index would not help */
};

/* load_open - open volume->tail with what the index says of each tenant; the rows go on behind its mark.
 *
 *   volume  data, index and keys are open; outlives the load
 * Fails: CORRUPT the index is damaged, or was made from another log · IO · NO_MEMORY. Owns: volume->tail is the
 * volume's, also after a failure. */
fallible load_open(struct volume *volume, struct load *load);

/* load_step - the next rows, up to and with sequence `until`, at most LOAD_ROWS of them: their chain is checked. To
 * fold them is the caller's. Fails: CORRUPT the log lacks a row, or one breaks the chain · IO · NO_MEMORY; nothing
 * of the step is in the tail. */
fallible load_step(struct load *load, uint64_t until);
