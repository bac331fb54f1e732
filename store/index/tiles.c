/* SPDX-License-Identifier: Apache-2.0 */
/* tiles - carry leaf hashes up through the levels, a full tile at a time. */
#include "store/index/tiles.h"

#include "store/index/index.h"

enum { ROW_BYTES = TILES_BYTES - MERKLE_HASH, TILE_KEY = 16 + 1 + 8 };

static void tile_key(struct id tenant, uint8_t level, uint64_t index, uint8_t key[static TILE_KEY])
{
	memcpy(key, tenant.bytes, sizeof tenant.bytes);
	key[16] = level;
	for (size_t i = 8; i > 0; i--, index >>= 8)
		key[16 + i] = (uint8_t)index;
}

fallible tiles_get(struct kv_txn *txn, struct id tenant, uint8_t level, uint64_t index,
	uint8_t hashes[static TILES_BYTES], size_t *count)
{
	uint8_t key[TILE_KEY];
	struct span row, last = SPAN_NONE;
	tile_key(tenant, level, index, key);
	TRY(kv_get(txn, INDEX_TILE, SPAN_BYTES(key), &row));
	if (row.len == 0 || row.len > ROW_BYTES || row.len % MERKLE_HASH != 0)
		return FAIL(CORRUPT, "a tile has another width than any can have");
	if (row.len == ROW_BYTES) {
		struct err err = kv_get(txn, INDEX_TILE_END, SPAN_BYTES(key), &last);
		if (err.kind != ERR_NOT_FOUND)
			TRY(err);
		if (last.len != 0 && last.len != MERKLE_HASH)
			return FAIL(CORRUPT, "the last hash of a tile has another length");
	}
	memcpy(hashes, row.at, row.len);
	if (last.len)
		memcpy(hashes + row.len, last.at, last.len);
	*count = (row.len + last.len) / MERKLE_HASH;
	return OK;
}

/* `from` hashes of it are stored already. */
static fallible put(struct kv_txn *txn, const uint8_t key[static TILE_KEY],
	const uint8_t hashes[static TILES_BYTES], size_t from, size_t count)
{
	const struct span name = span_of(key, TILE_KEY);
	if (from < TILE_WIDTH - 1) {
		size_t bytes = count * MERKLE_HASH;
		TRY(kv_put(txn, INDEX_TILE, name, span_of(hashes, bytes < ROW_BYTES ? bytes : ROW_BYTES)));
	}
	if (count < TILE_WIDTH)
		return OK;
	return kv_put(txn, INDEX_TILE_END, name, span_of(hashes + ROW_BYTES, MERKLE_HASH));
}

/* The hashes of the tile in which a level ends, when it is not full. */
static fallible get_last(struct kv_txn *txn, struct id tenant, uint8_t level, uint64_t before,
	uint8_t hashes[static TILES_BYTES])
{
	size_t count = 0, expected = (size_t)(before % TILE_WIDTH);
	if (expected == 0)
		return OK;
	struct err err = tiles_get(txn, tenant, level, before / TILE_WIDTH, hashes, &count);
	if (err.kind == ERR_NOT_FOUND || (!err_failed(err) && count != expected))
		return FAIL(CORRUPT, "a tile is missing, or has another width than its tree's size says");
	return err;
}

/* Append hashes to one level that has `before` of them; the roots of the tiles that became full go to
 * `roots`. */
static fallible extend_level(struct kv_txn *txn, struct id tenant, uint8_t level, uint64_t before,
	struct span hashes, struct buf *roots)
{
	uint8_t tile[TILES_BYTES], key[TILE_KEY];
	uint64_t index = before / TILE_WIDTH;
	size_t used = (size_t)(before % TILE_WIDTH);
	TRY(get_last(txn, tenant, level, before, tile));
	while (hashes.len) {
		size_t left = hashes.len / MERKLE_HASH;
		size_t step = left < TILE_WIDTH - used ? left : TILE_WIDTH - used;
		memcpy(tile + used * MERKLE_HASH, hashes.at, step * MERKLE_HASH);
		hashes = span_from(hashes, step * MERKLE_HASH);
		tile_key(tenant, level, index, key);
		TRY(put(txn, key, tile, used, used + step));
		used += step;
		if (used < TILE_WIDTH)
			break;
		struct merkle_hash root;
		TRY(tile_node(SPAN_BYTES(tile), TILE_HEIGHT, 0, &root));
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
