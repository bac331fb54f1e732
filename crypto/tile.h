/* SPDX-License-Identifier: Apache-2.0 */
/* tile - the C2SP tlog-tiles layout: which hashes stand in which tile, and the paths. Pure. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "crypto/merkle.h"

enum { TILE_HEIGHT = 8, TILE_WIDTH = 256, TILE_LEVEL_MAX = 7, TILE_PATH_MAX = 64, TILE_ENTRY_MAX = 65535 };

struct tile {
	bool entries;   /* an entry bundle, not hashes; level is 0 then */
	uint8_t level;  /* 0 to TILE_LEVEL_MAX */
	uint64_t index; /* N */
	uint16_t width; /* 1 to 256 */
};

/* tile_path - "tile/0/x001/234.p/5", relative to the log's prefix; TILE_PATH_MAX bytes with the NUL. */
void tile_path(const struct tile *tile, char out[static TILE_PATH_MAX]);

/* tile_parse - the inverse, strictly. Fails: NOT_FOUND. */
fallible tile_parse(struct span path, struct tile *tile);

/* tile_width - how many hashes the tile has in a tree of size leaves; 0 when it does not exist. */
uint16_t tile_width(uint8_t level, uint64_t index, uint64_t size);

/* tile_node - the hash of a complete subtree inside one full or partial tile's bytes.
 *
 *   hashes  width * 32 bytes of the tile at level
 *   height  0 to 8: how far above the tile's own entries
 *   offset  of the node among the nodes of that height inside the tile
 * Fails: INPUT the tile is too narrow for that node. */
fallible tile_node(struct span hashes, unsigned height, uint64_t offset, struct merkle_hash *hash);
