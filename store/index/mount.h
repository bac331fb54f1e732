/* SPDX-License-Identifier: Apache-2.0 */
/* mount - open a volume: its environments, the checks that belong to a start, and what lives in memory. */
#pragma once

#include "store/volume.h"

struct mount_ask {
	const char *directory; /* outlives the volume */
	const struct kv_backend *backend;
	const struct keys *keys; /* outlives the volume */
	uint64_t max_bytes;      /* of data/; 0 = none */
	size_t fold_rows;        /* 0 = TAIL_FOLD_AT */
	bool create;             /* make a new one; the directory must not hold one */
	bool read_only;          /* for verify: a store at rest or a copy */
};

/* mount_open - open the environments and rebuild what lives in memory. An index that is damaged, or was not
 * made from this log, is thrown away and made anew. Opened read_only, there is neither index nor tail. Fails:
 * NOT_FOUND no store there · CONFLICT create over an existing one · CORRUPT also when the last row of the log
 * is not the head's, or the chain breaks behind the last fold · FORGED the head's MAC · IO. Cost: O(rows
 * since the last fold). Owns: volume_close, which takes a zeroed volume. */
fallible mount_open(const struct mount_ask *ask, struct volume *volume);
