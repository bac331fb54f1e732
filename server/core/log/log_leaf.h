/* SPDX-License-Identifier: Apache-2.0 */
/* log_leaf - one leaf of the log as it stands, with the keys of the parts that its reader may open: with a proof
 * and a checkpoint it convinces somebody who trusts nothing that this server says (FOUNDATIONS 6). */
#pragma once

#include "crypto/evidence.h"
#include "server/core/log/log_read.h"

struct log_leaf {
	struct log_row row;                         /* hashed; its leaf lies in the arena */
	struct evidence_part parts[LEAF_PARTS_MAX]; /* one for each sealed part, in the leaf's order */
	size_t part_count;
};

/* log_leaf_part - what may be said of one sealed part of a leaf.
 *
 *   withheld  enum event_parts: what the reader may not open
 * Fails: CORRUPT the record · BUSY sealed. */
fallible log_leaf_part(const struct keys *keys, struct id tenant, const struct leaf *leaf, size_t which,
	unsigned withheld, struct evidence_part *part);

/* log_leaf_read - what log_read_find found. Fails: NOT_FOUND · PRUNED, since it was found · as log_leaf_part ·
 * NO_MEMORY. Owns: the caller wipes it with log_leaf_done. */
fallible log_leaf_read(const struct server *server, const struct log_reader *reader, uint64_t sequence,
	struct arena *arena, struct log_leaf *leaf);
void log_leaf_done(struct log_leaf *leaf);
