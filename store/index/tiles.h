/* SPDX-License-Identifier: Apache-2.0 */
/* tiles - the hash tiles of every tenant's tree in index/: extended by the fold, read for proofs and for the
 * C2SP paths.
 *
 * Key: tenant 16 ‖ level 1 ‖ tile index 8; value: 1 to 255 hashes. The last tile of a level is rewritten as
 * it fills. The 256th hash lies in a map of its own under the same key: 255 hashes fill two pages of 4 KiB as
 * LMDB lays them out, 256 would begin a third. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/ids.h"
#include "crypto/tile.h"
#include "store/kv.h"

/* tiles_extend - append leaf hashes to a tenant's tree inside a fold.
 *
 *   size    leaves before
 *   hashes  count * 32 bytes
 * Fails: CORRUPT a tile that must be there is not, or has another width · FULL · IO. */
fallible tiles_extend(struct kv_txn *txn, struct id tenant, uint64_t size, struct span hashes);

/* tiles_get - the hashes of a tile as the fold left it; may be more than asked. Fails: NOT_FOUND · CORRUPT ·
 * IO. */
enum { TILES_BYTES = TILE_WIDTH * MERKLE_HASH };
fallible tiles_get(struct kv_txn *txn, struct id tenant, uint8_t level, uint64_t index,
	uint8_t hashes[static TILES_BYTES], size_t *count);
