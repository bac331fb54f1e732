/* SPDX-License-Identifier: Apache-2.0 */
/* tiles - the hash tiles of every tenant's tree in index/: extended by the fold, read for proofs and for the
 * C2SP paths.
 *
 * Key: tenant 16 ‖ level 1 ‖ tile index 8; value: 1 to 256 hashes. The last tile of a level is rewritten as
 * it fills. */
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

/* tiles_get - the bytes of a tile as the fold left it, borrowed; may be wider than asked. Fails: NOT_FOUND ·
 * IO. */
fallible tiles_get(struct kv_txn *txn, struct id tenant, uint8_t level, uint64_t index, struct span *hashes);
