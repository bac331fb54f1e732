/* SPDX-License-Identifier: Apache-2.0 */
/* tile - paths in groups of three digits, widths, and the nodes inside a tile. */
#include "crypto/tile.h"

#include <stdio.h>

enum { GROUP = 1000 }; /* three decimal digits of the index to a folder */

/* The greatest index at a level whose leaves a 64-bit tree can have. */
static uint64_t index_max(uint8_t level)
{
	return level >= TILE_LEVEL_MAX ? 0 : UINT64_MAX >> (TILE_HEIGHT * (level + 1));
}

void tile_path(const struct tile *tile, char out[static TILE_PATH_MAX])
{
	uint64_t scale = 1;
	while (tile->index / scale >= GROUP)
		scale *= GROUP;
	int n = tile->entries ? snprintf(out, TILE_PATH_MAX, "tile/entries")
			      : snprintf(out, TILE_PATH_MAX, "tile/%u", tile->level);
	for (; scale > 0; scale /= GROUP) {
		unsigned group = (unsigned)(tile->index / scale % GROUP);
		n += snprintf(out + n, TILE_PATH_MAX - (size_t)n, scale > 1 ? "/x%03u" : "/%03u", group);
	}
	if (tile->width < TILE_WIDTH)
		snprintf(out + n, TILE_PATH_MAX - (size_t)n, ".p/%u", tile->width);
}

/* Takes "tile/<level>" or "tile/entries" from the front of a path. */
static bool parse_head(struct span *rest, struct tile *tile)
{
	struct span part;
	uint64_t level = 0;
	if (!span_cut(rest, '/', &part) || !span_is(part, "tile") || !span_cut(rest, '/', &part))
		return false;
	tile->entries = span_is(part, "entries");
	if (!tile->entries && !span_number(part, TILE_LEVEL_MAX, &level))
		return false;
	tile->level = (uint8_t)level;
	return true;
}

/* Takes the next group of digits; *last when it has no x before it. What stands behind its digits is left in
 * *tail. */
static bool parse_group(struct span *rest, uint64_t *index, bool *last, struct span *tail)
{
	struct span part;
	if (!span_cut(rest, '/', &part))
		return false;
	*last = !span_starts(part, SPAN_LIT("x"));
	struct span digits = *last ? part : span_from(part, 1);
	if (digits.len < 3 || *index > (UINT64_MAX - (GROUP - 1)) / GROUP)
		return false;
	*tail = span_from(digits, 3);
	uint64_t group = 0;
	for (size_t i = 0; i < 3; i++) {
		if (digits.at[i] < '0' || digits.at[i] > '9')
			return false;
		group = group * 10 + digits.at[i] - '0';
	}
	*index = *index * GROUP + group;
	return *last || tail->len == 0;
}

static bool parse_index(struct span *rest, uint64_t *index, struct span *tail)
{
	bool last = false;
	*index = 0;
	while (!last) {
		if (!parse_group(rest, index, &last, tail))
			return false;
	}
	return true;
}

static bool parse_width(struct span rest, struct span tail, uint16_t *width)
{
	uint64_t partial = TILE_WIDTH;
	bool full = tail.len == 0 && !rest.at;
	if (!full && (!span_is(tail, ".p") || !span_number(rest, TILE_WIDTH - 1, &partial) || partial == 0))
		return false;
	*width = (uint16_t)partial;
	return true;
}

fallible tile_parse(struct span path, struct tile *tile)
{
	struct tile parsed = {0};
	struct span rest = path;
	struct span tail = SPAN_NONE;
	if (!parse_head(&rest, &parsed) || !parse_index(&rest, &parsed.index, &tail) ||
		!parse_width(rest, tail, &parsed.width) || parsed.index > index_max(parsed.level))
		return FAIL(NOT_FOUND, "a path is not a tile's");
	/* One tile has one path: what was written with spare leading groups is another path. */
	char printed[TILE_PATH_MAX];
	tile_path(&parsed, printed);
	if (!span_is(path, printed))
		return FAIL(NOT_FOUND, "a tile's path has spare leading zeros");
	*tile = parsed;
	return OK;
}

uint16_t tile_width(uint8_t level, uint64_t index, uint64_t size)
{
	if (level > TILE_LEVEL_MAX)
		return 0;
	uint64_t nodes = size >> (TILE_HEIGHT * level);
	if (index > nodes / TILE_WIDTH)
		return 0;
	uint64_t width = nodes - index * TILE_WIDTH;
	return width < TILE_WIDTH ? (uint16_t)width : TILE_WIDTH;
}

fallible tile_node(struct span hashes, unsigned height, uint64_t offset, struct merkle_hash *hash)
{
	if (height > TILE_HEIGHT || offset >= (uint64_t)TILE_WIDTH >> height)
		return FAIL(INPUT, "a node lies outside its tile");
	size_t count = (size_t)1 << height;
	size_t first = (size_t)offset << height;
	if (first + count > hashes.len / MERKLE_HASH)
		return FAIL(INPUT, "a tile is too narrow for a node");
	struct merkle_frontier frontier = {0};
	for (size_t i = first; i < first + count; i++) {
		struct merkle_hash below;
		memcpy(below.bytes, hashes.at + i * MERKLE_HASH, MERKLE_HASH);
		merkle_grow(&frontier, &below);
	}
	*hash = merkle_root(&frontier);
	return OK;
}
