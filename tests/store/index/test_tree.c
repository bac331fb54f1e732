/* SPDX-License-Identifier: Apache-2.0 */
/* test_tree - a tenant's tree from tiles and tail equals the tree over all leaves. */
#include "store/index/tree.h"

#include "store/index/fold.h"
#include "store/index/index.h"
#include "store/index/tiles.h"
#include "tests/support/kv_mem.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <stdlib.h>

enum { TENANTS = 3, LEAVES_MAX = 80000, FOLD_ROWS = 700 };

/* The leaf hashes of each tenant, as their receipts said. */
struct forest {
	struct world world;
	struct dice dice;
	struct merkle_hash *leaves[TENANTS];
	uint64_t sizes[TENANTS];
};

static void forest_make(struct forest *forest, uint64_t seed)
{
	*forest = (struct forest){.dice = {seed}};
	world_make(&forest->world, &kv_mem, FOLD_ROWS);
	for (size_t i = 0; i < TENANTS; i++)
		forest->leaves[i] = calloc(LEAVES_MAX, sizeof(struct merkle_hash));
}

static void forest_done(struct forest *forest)
{
	for (size_t i = 0; i < TENANTS; i++)
		free(forest->leaves[i]);
	world_done(&forest->world);
}

/* Most leaves fall to the first tenant. */
static void grow(struct forest *forest, size_t count)
{
	struct world_event *events = calloc(count, sizeof *events);
	cr_assert(events);
	for (size_t i = 0; i < count; i++)
		events[i] = (struct world_event){
			.tenant = world_tenant((unsigned)(dice_below(&forest->dice, 30) / 14)),
			.leaf = world_leaf(&forest->dice)};
	world_append(&forest->world, events, count);
	for (size_t i = 0; i < count; i++)
		for (unsigned tenant = 0; tenant < TENANTS; tenant++)
			if (ids_equal(events[i].tenant, world_tenant(tenant)))
				forest->leaves[tenant][forest->sizes[tenant]++] = events[i].receipt.leaf;
	free(events);
}

/* The root over a run of leaves, straight from RFC 6962's definition; depth at most 64. */
static struct merkle_hash root_of(const struct merkle_hash *leaves, uint64_t count)
{
	if (count == 0)
		return merkle_empty();
	if (count == 1)
		return leaves[0];
	uint64_t split = 1;
	while (split * 2 < count)
		split *= 2;
	struct merkle_hash left = root_of(leaves, split), right = root_of(leaves + split, count - split);
	return merkle_node(&left, &right);
}

static bool same(const struct merkle_hash *a, const struct merkle_hash *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static void open_tree(struct forest *forest, unsigned tenant, struct tree *tree)
{
	world_must(tree_open(&forest->world.volume, world_tenant(tenant), tree));
	cr_assert(tree->size == forest->sizes[tenant]);
	struct merkle_hash root = root_of(forest->leaves[tenant], tree->size);
	struct merkle_hash edge = merkle_root(&tree->frontier);
	cr_assert(same(&root, &edge), "the frontier of tenant %u", tenant);
}

static void check_proofs(struct forest *forest, unsigned tenant, int count)
{
	scoped(tree) tree = {0};
	open_tree(forest, tenant, &tree);
	const struct merkle_source source = tree_source(&tree);
	for (int i = 0; i < count && tree.size; i++) {
		uint64_t size = 1 + dice_below(&forest->dice, tree.size),
			 index = dice_below(&forest->dice, size);
		uint64_t older = 1 + dice_below(&forest->dice, size);
		struct merkle_hash root = root_of(forest->leaves[tenant], size), found;
		struct merkle_hash old_root = root_of(forest->leaves[tenant], older);
		struct merkle_proof proof;
		world_must(merkle_range_root(&source, size, &found));
		cr_assert(same(&root, &found), "the root of %zu leaves", (size_t)size);
		world_must(merkle_prove_inclusion(&source, index, size, &proof));
		world_must(
			merkle_check_inclusion(&proof, index, size, &forest->leaves[tenant][index], &root));
		world_must(merkle_prove_consistency(&source, older, size, &proof));
		world_must(merkle_check_consistency(&proof, older, &old_root, size, &root));
	}
}

static void check_tile(struct forest *forest, unsigned tenant, struct tree *tree, const struct tile *tile)
{
	scoped(buf) hashes = BUF(TILE_WIDTH * MERKLE_HASH);
	world_must(tree_tile(tree, tile, &hashes));
	cr_assert(hashes.len == (size_t)tile->width * MERKLE_HASH);
	uint64_t span = UINT64_C(1) << (8 * tile->level);
	for (uint64_t i = 0; i < tile->width; i++) {
		struct merkle_hash root =
			root_of(forest->leaves[tenant] + (tile->index * TILE_WIDTH + i) * span, span);
		cr_assert(memcmp(root.bytes, hashes.data + i * MERKLE_HASH, MERKLE_HASH) == 0,
			"tile %u/%zu hash %zu", tile->level, (size_t)tile->index, (size_t)i);
	}
}

/* Every tile of the tree, and with it every narrower one. */
static size_t check_tiles(struct forest *forest, unsigned tenant)
{
	size_t checked = 0;
	scoped(tree) tree = {0};
	open_tree(forest, tenant, &tree);
	for (uint8_t level = 0; level <= TILE_LEVEL_MAX; level++) {
		struct tile tile = {.level = level};
		for (; (tile.width = tile_width(level, tile.index, tree.size)) > 0; tile.index++) {
			check_tile(forest, tenant, &tree, &tile);
			tile.width = (uint16_t)(1 + dice_below(&forest->dice, tile.width));
			check_tile(forest, tenant, &tree, &tile);
			checked++;
		}
		tile.width = 1;
		scoped(buf) none = BUF(64);
		cr_assert(tree_tile(&tree, &tile, &none).kind == ERR_NOT_FOUND, "one tile too many");
	}
	return checked;
}

Test(tree, is_empty_for_a_tenant_without_events)
{
	scoped(forest) forest;
	forest_make(&forest, 61);
	scoped(tree) tree = {0};
	open_tree(&forest, 0, &tree);
	cr_assert(tree.size == 0);
}

Test(tree, proofs_hold_before_between_and_after_folds)
{
	scoped(forest) forest;
	forest_make(&forest, 62);
	for (int i = 0; i < 60; i++) {
		grow(&forest, 1 + dice_below(&forest.dice, 600));
		if (dice_below(&forest.dice, 2))
			world_must(fold_once(&forest.world.volume));
		for (unsigned tenant = 0; tenant < TENANTS; tenant++)
			check_proofs(&forest, tenant, 6);
	}
	world_fold(&forest.world);
	for (unsigned tenant = 0; tenant < TENANTS; tenant++)
		check_proofs(&forest, tenant, 50);
}

Test(tree, every_tile_equals_the_one_that_is_computed_directly)
{
	scoped(forest) forest;
	forest_make(&forest, 63);
	for (int i = 0; i < 12; i++) {
		grow(&forest, 1 + dice_below(&forest.dice, 900));
		if (i % 3 == 1)
			world_must(fold_once(&forest.world.volume));
		for (unsigned tenant = 0; tenant < TENANTS; tenant++)
			check_tiles(&forest, tenant);
	}
	world_fold(&forest.world);
	cr_assert(check_tiles(&forest, 0) > 4);
}

/* Large enough for a full tile of the second level: 65,536 leaves. */
Test(tree, tiles_reach_the_third_level)
{
	scoped(forest) forest;
	forest_make(&forest, 64);
	forest.world.volume.fold_rows = 20000;
	while (forest.sizes[0] < 66000) {
		grow(&forest, 10000);
		world_fold(&forest.world);
	}
	cr_assert(check_tiles(&forest, 0) >= 258 + 2 + 1);
	check_proofs(&forest, 0, 20);
}

Test(tree, stays_as_it_was_opened_while_the_log_goes_on)
{
	scoped(forest) forest;
	forest_make(&forest, 65);
	grow(&forest, 1000);
	world_must(fold_once(&forest.world.volume));
	scoped(tree) tree = {0};
	open_tree(&forest, 0, &tree);
	struct merkle_hash root = root_of(forest.leaves[0], tree.size), found;
	const struct merkle_source source = tree_source(&tree);
	grow(&forest, 1000);
	world_fold(&forest.world);
	world_must(merkle_range_root(&source, tree.size, &found));
	cr_assert(same(&root, &found));
}

Test(tree, refuses_nodes_and_tiles_that_it_does_not_have)
{
	scoped(forest) forest;
	forest_make(&forest, 66);
	grow(&forest, 300);
	scoped(tree) tree = {0};
	open_tree(&forest, 0, &tree);
	const struct merkle_source source = tree_source(&tree);
	struct merkle_hash hash;
	scoped(buf) out = BUF(TILE_WIDTH * MERKLE_HASH);
	cr_assert(err_failed(source.node(source.context, 0, tree.size, &hash)));
	cr_assert(err_failed(source.node(source.context, 9, 0, &hash)));
	cr_assert(err_failed(source.node(source.context, 62, UINT64_MAX >> 1, &hash)));
	cr_assert(err_failed(source.node(source.context, 64, 0, &hash)));
	cr_assert(tree_tile(&tree, &(struct tile){.entries = true, .width = 1}, &out).kind == ERR_NOT_FOUND);
	cr_assert(tree_tile(&tree, &(struct tile){.index = UINT64_MAX, .width = 1}, &out).kind ==
		ERR_NOT_FOUND);
	cr_assert(tree_tile(&tree, &(struct tile){.level = TILE_LEVEL_MAX + 1, .width = 1}, &out).kind ==
		ERR_NOT_FOUND);
	cr_assert(tree_tile(&tree, &(struct tile){.width = 0}, &out).kind == ERR_NOT_FOUND);
}

Test(tree, tiles_refuse_to_grow_from_another_size)
{
	scoped(world) world;
	world_make(&world, &kv_mem, 0);
	static const uint8_t HASHES[10 * MERKLE_HASH] = {1};
	scoped(kv_txn) txn = {0};
	world_must(kv_write(world.volume.index, &txn));
	world_must(tiles_extend(&txn, world_tenant(0), 0, SPAN_BYTES(HASHES)));
	cr_assert(tiles_extend(&txn, world_tenant(0), 9, SPAN_BYTES(HASHES)).kind == ERR_CORRUPT);
	cr_assert(tiles_extend(&txn, world_tenant(0), 266, SPAN_BYTES(HASHES)).kind == ERR_CORRUPT);
}

/* Damage is not the same as a leaf that is not there. */
Test(tree, a_tile_that_is_missing_is_damage)
{
	scoped(forest) forest;
	forest_make(&forest, 67);
	grow(&forest, 300);
	world_fold(&forest.world);
	uint8_t key[16 + 1 + 8] = {0};
	memcpy(key, world_tenant(0).bytes, 16);
	scoped(kv_txn) txn = {0};
	world_must(kv_write(forest.world.volume.index, &txn));
	world_must(kv_drop(&txn, INDEX_TILE, SPAN_BYTES(key)));
	world_must(kv_commit(&txn));
	scoped(tree) tree = {0};
	struct merkle_proof proof;
	open_tree(&forest, 0, &tree);
	const struct merkle_source source = tree_source(&tree);
	cr_assert(merkle_prove_inclusion(&source, 1, tree.size, &proof).kind == ERR_CORRUPT);
}
