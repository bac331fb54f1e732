/* SPDX-License-Identifier: Apache-2.0 */
/* tree - one tenant's Merkle tree as of one moment: tiles below the fold's mark, leaf hashes of the tail
 * above it. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "crypto/merkle.h"
#include "crypto/tile.h"
#include "store/volume.h"

struct tree {
	struct id tenant;
	uint64_t size;    /* leaves */
	uint64_t folded;  /* of them in tiles */
	struct buf fresh; /* hashes of leaves folded..size-1, in order */
	struct kv_txn index;
	struct merkle_frontier frontier;
};

/* tree_open - a tenant's tree now. A tenant without events has size 0. Owns: scoped(tree); short: it holds a
 * reading. Fails: NO_MEMORY · IO · BUSY. */
fallible tree_open(const struct volume *volume, struct id tenant, struct tree *tree);
void tree_done(struct tree *tree);

/* tree_source - for merkle_prove_* and merkle_range_root; borrows the tree. */
struct merkle_source tree_source(struct tree *tree);

/* tree_tile - the hashes of a tile at exactly its width; level 0 to 7, not entries. Fails: NOT_FOUND not in
 * this tree. */
fallible tree_tile(struct tree *tree, const struct tile *tile, struct buf *out);
