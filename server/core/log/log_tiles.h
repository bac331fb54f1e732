/* SPDX-License-Identifier: Apache-2.0 */
/* log_tiles - a tenant's log as C2SP tlog-tiles: hash tiles and bundles of entries. */
#pragma once

#include "base/buf.h"
#include "crypto/tile.h"
#include "server/core/server.h"

/* log_tiles_read - append exactly the bytes of one tile, in the log as it is now. A partial tile may be
 * narrower than what is there by now: a checkpoint of that size may be in somebody's hands.
 *
 * Fails: NOT_FOUND the log has no such tile yet · PRUNED entries of it were · TOO_LARGE · CORRUPT · IO. */
fallible log_tiles_read(
	const struct server *server, struct id tenant, const struct tile *tile, struct buf *out);

/* log_tiles_sequences - where the leaves of one bundle of entries lie in the volume.
 *
 *   tile       entries; at most as wide as the log has it now
 *   sequences  set for tile->width leaves
 * Fails: NOT_FOUND the log has no such bundle yet · CORRUPT · IO. */
fallible log_tiles_sequences(const struct server *server, struct id tenant, const struct tile *tile,
	uint64_t sequences[static TILE_WIDTH]);

/* log_tiles_whole - that no leaf of a range was pruned; what the log does not have is left out.
 *
 *   from, to  indexes, inclusive
 * Fails: PRUNED one was · CORRUPT · IO. Cost: one walk over the leaves of the range that are old enough to be pruned; none
 * in a log that never was. */
fallible log_tiles_whole(const struct server *server, struct id tenant, uint64_t from, uint64_t to);
