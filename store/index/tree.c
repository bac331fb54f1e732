/* SPDX-License-Identifier: Apache-2.0 */
/* tree - nodes from tiles where they are folded, from leaf hashes where they are not. */
#include "store/index/tree.h"

#include "store/index/tiles.h"

void tree_done(struct tree *tree)
{
	kv_txn_done(&tree->index);
	buf_done(&tree->fresh);
}

/* The tail is walked from the newest row backwards, so the hashes are laid from the end. */
static fallible copy_fresh(struct tail *tail, struct tail_tenant *tenant, struct tree *tree)
{
	tail_frontier(tenant, &tree->frontier);
	tree->size = tree->frontier.size;
	tree->folded = tail_folded_size(tenant);
	uint64_t count = tree->size - tree->folded;
	uint8_t *room = count ? buf_room(&tree->fresh, (size_t)count * MERKLE_HASH) : NULL;
	TRY(buf_check(&tree->fresh));
	uint64_t copied = 0;
	const struct tail_row *row = tail_newest(tail, tenant);
	for (; row && row->index >= tree->folded; row = tail_before(tail, row)) {
		/* Rows that came after the frontier was read are of a later tree. */
		if (row->index >= tree->size)
			continue;
		memcpy(room + (row->index - tree->folded) * MERKLE_HASH, row->leaf_hash.bytes, MERKLE_HASH);
		copied++;
	}
	return copied == count ? OK : FAIL(BUG, "the tail lacks a leaf of a tenant's tree");
}

fallible tree_open(const struct volume *volume, struct id tenant, struct tree *tree)
{
	scoped(tree) made = {.tenant = tenant, .fresh = BUF((size_t)2 * TAIL_MAX * MERKLE_HASH)};
	tail_lock(volume->tail);
	struct tail_tenant *state = tail_tenant(volume->tail, tenant);
	struct err err = state ? copy_fresh(volume->tail, state, &made) : OK;
	tail_unlock(volume->tail);
	TRY(err);
	/* After the tail was copied: what was folded by then is in this snapshot. */
	TRY(kv_read(volume->index, &made.index));
	*tree = take(&made);
	return OK;
}

static fallible folded_node(struct tree *tree, unsigned level, uint64_t index, struct merkle_hash *hash)
{
	unsigned height = level % TILE_HEIGHT;
	uint8_t tile_level = (uint8_t)(level / TILE_HEIGHT);
	uint64_t per_tile = TILE_WIDTH >> height;
	uint8_t hashes[TILES_BYTES];
	size_t count;
	struct err err = tiles_get(&tree->index, tree->tenant, tile_level, index / per_tile, hashes, &count);
	if (!err_failed(err))
		err = tile_node(span_of(hashes, count * MERKLE_HASH), height, index % per_tile, hash);
	if (err.kind == ERR_NOT_FOUND || err.kind == ERR_INPUT)
		return FAIL(CORRUPT, "the index lacks a part of a tenant's tree");
	return err;
}

/* Recursion is bounded by the level, at most 63; it goes down only where a subtree is not wholly folded. */
static fallible node(void *context, unsigned level, uint64_t index, struct merkle_hash *hash)
{
	struct tree *tree = context;
	if (level >= MERKLE_LEVELS || index >= tree->size >> level)
		return FAIL(INPUT, "a tree has no such complete subtree");
	if (index < tree->folded >> level)
		return folded_node(tree, level, index, hash);
	if (level == 0) {
		memcpy(hash->bytes, tree->fresh.data + (index - tree->folded) * MERKLE_HASH, MERKLE_HASH);
		return OK;
	}
	struct merkle_hash left, right;
	TRY(node(context, level - 1, 2 * index, &left));
	TRY(node(context, level - 1, 2 * index + 1, &right));
	*hash = merkle_node(&left, &right);
	return OK;
}

struct merkle_source tree_source(struct tree *tree)
{
	return (struct merkle_source){tree, node};
}

fallible tree_tile(struct tree *tree, const struct tile *tile, struct buf *out)
{
	uint16_t width = tile->level <= TILE_LEVEL_MAX ? tile_width(tile->level, tile->index, tree->size) : 0;
	if (tile->entries || tile->width == 0 || tile->width > width)
		return FAIL(NOT_FOUND, "the tree has no such tile yet");
	for (uint64_t i = 0; i < tile->width; i++) {
		struct merkle_hash hash;
		TRY(node(tree, tile->level * TILE_HEIGHT, tile->index * TILE_WIDTH + i, &hash));
		buf_put(out, SPAN_BYTES(hash.bytes));
	}
	return buf_check(out);
}
