/* SPDX-License-Identifier: Apache-2.0 */
/* gap - runs of leaves that are not shown, as the hashes of the complete subtrees they are made of.
 *
 * A tree can be grown from leaves and gaps in any mixture: whoever shows some leaves and fills the rest with gaps
 * gives all of their inclusion proofs at once, each hash only once. */
#pragma once

#include "crypto/merkle.h"

enum { GAP_HASHES_MAX = 124 };

/* gap_step - the level of the largest complete subtree that begins at leaf `begin` and is over at `end`.
 *
 *   begin, end  begin < end <= 2^62 */
unsigned gap_step(uint64_t begin, uint64_t end);

/* gap_count - of how many subtrees the leaves from begin up to end are made: at most GAP_HASHES_MAX. */
size_t gap_count(uint64_t begin, uint64_t end);

/* gap_read - their hashes, from the left. Fails as the source. */
fallible gap_read(const struct merkle_source *source, uint64_t begin, uint64_t end,
	struct merkle_hash hashes[static GAP_HASHES_MAX]);

/* gap_grow - add the leaves from frontier->size up to end.
 *
 *   hashes  gap_count(frontier->size, end) of them
 * Fails: INPUT end is not behind the tree, or over 2^62; nothing was added. */
fallible gap_grow(struct merkle_frontier *frontier, uint64_t end, const struct merkle_hash *hashes);
