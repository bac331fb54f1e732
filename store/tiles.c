/* SPDX-License-Identifier: Apache-2.0 */
/* tiles - carry leaf hashes up through the levels, a full tile at a time. */
#include "store/tiles.h"

#include "store/index.h"

enum { TILE_BYTES = TILE_WIDTH * MERKLE_HASH, TILE_KEY = 16 + 1 + 8 };

static void tile_key(struct id tenant, uint8_t level, uint64_t index, uint8_t key[static TILE_KEY])
{
	memcpy(key, tenant.bytes, sizeof tenant.bytes);
	key[16] = level;
	for (size_t i = 8; i > 0; i--, index >>= 8)
		key[16 + i] = (uint8_t)index;
}

fallible tiles_get(struct kv_txn *txn, struct id tenant, uint8_t level, uint64_t index, struct span *hashes)
{
	uint8_t key[TILE_KEY];
	tile_key(tenant, level, index, key);
	return kv_get(txn, INDEX_TILE, SPAN_BYTES(key), hashes);
}

static fallible put(struct kv_txn *txn, struct id tenant, uint8_t level, uint64_t index, struct span hashes)
{
	uint8_t key[TILE_KEY];
	tile_key(tenant, level, index, key);
	return kv_put(txn, INDEX_TILE, SPAN_BYTES(key), hashes);
}

/* Append hashes to one level that has `before` of them; the roots of the tiles that became full go to
 * `roots`. */
static fallible extend_level(struct kv_txn *txn, struct id tenant, uint8_t level, uint64_t before,
	struct span hashes, struct buf *roots)
{
	uint8_t tile[TILE_BYTES];
	uint64_t index = before / TILE_WIDTH;
	size_t used = (size_t)(before % TILE_WIDTH) * MERKLE_HASH;
	if (used) {
		struct span old;
		struct err err = tiles_get(txn, tenant, level, index, &old);
		if (err.kind == ERR_NOT_FOUND || (!err_failed(err) && old.len != used))
			return FAIL(
				CORRUPT, "a tile is missing, or has another width than its tree's size says");
		TRY(err);
		memcpy(tile, old.at, used);
	}
	while (hashes.len) {
		size_t step = hashes.len < TILE_BYTES - used ? hashes.len : TILE_BYTES - used;
		memcpy(tile + used, hashes.at, step);
		hashes = span_from(hashes, step);
		used += step;
		TRY(put(txn, tenant, level, index, span_of(tile, used)));
		if (used < TILE_BYTES)
			break;
		struct merkle_hash root;
		TRY(tile_node(span_of(tile, TILE_BYTES), TILE_HEIGHT, 0, &root));
		buf_put(roots, SPAN_BYTES(root.bytes));
		used = 0;
		index++;
	}
	return buf_check(roots);
}

fallible tiles_extend(struct kv_txn *txn, struct id tenant, uint64_t size, struct span hashes)
{
	scoped(buf) here = BUF(64 * 1024 * 1024);
	buf_put(&here, hashes);
	TRY(buf_check(&here));
	for (uint8_t level = 0; level <= TILE_LEVEL_MAX && here.len; level++) {
		scoped(buf) roots = BUF(64 * 1024 * 1024);
		TRY(extend_level(txn, tenant, level, size, buf_span(&here), &roots));
		size /= TILE_WIDTH;
		buf_clear(&here);
		buf_put(&here, buf_span(&roots));
		TRY(buf_check(&here));
	}
	return OK;
}
