/* SPDX-License-Identifier: Apache-2.0 */
/* test_tile - paths, widths and contents against the published vectors. */
#include "crypto/tile.h"

#include "tests/crypto/json_vectors.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct merkle_hash leaf_of(uint64_t index)
{
	char text[24];
	int n = snprintf(text, sizeof text, "%llu", (unsigned long long)index);
	return merkle_leaf(span_of(text, (size_t)n));
}

static struct tile tile_of(const json_t *row)
{
	const json_t *level = json_object_get(row, "level");
	return (struct tile){
		.entries = json_is_string(level),
		.level = (uint8_t)json_integer_value(level),
		.index = json_vectors_number(row, "index"),
		.width = (uint16_t)json_vectors_number(row, "width"),
	};
}

static bool same(const struct tile *a, const struct tile *b)
{
	return a->entries == b->entries && a->level == b->level && a->index == b->index &&
		a->width == b->width;
}

Test(tile, prints_and_reads_the_paths_of_the_vectors)
{
	json_t *file = json_vectors_load("vectors/tiles.json");
	size_t i;
	json_t *row;
	json_array_foreach(json_object_get(file, "paths"), i, row)
	{
		struct tile expected = tile_of(row);
		struct tile parsed;
		char path[TILE_PATH_MAX];
		struct span text = json_vectors_text(row, "path");
		tile_path(&expected, path);
		cr_assert(span_is(text, path), "%s is printed", path);
		cr_assert(!err_failed(tile_parse(text, &parsed)), "%s is read", path);
		cr_assert(same(&parsed, &expected), "%s is read alike", path);
	}
	json_decref(file);
}

Test(tile, prints_and_reads_the_greatest_indices)
{
	for (uint8_t level = 0; level <= TILE_LEVEL_MAX; level++) {
		struct tile greatest = {.level = level, .width = 255};
		greatest.index = level == TILE_LEVEL_MAX ? 0 : UINT64_MAX >> (8 * (level + 1));
		struct tile parsed;
		char path[TILE_PATH_MAX];
		tile_path(&greatest, path);
		cr_assert(!err_failed(tile_parse(span_text(path), &parsed)), "%s is read", path);
		cr_assert(same(&parsed, &greatest), "%s is read alike", path);
		greatest.index++;
		tile_path(&greatest, path);
		cr_assert(tile_parse(span_text(path), &parsed).kind == ERR_NOT_FOUND, "%s is beyond any tree",
			path);
	}
}

Test(tile, refuses_what_is_not_exactly_a_path)
{
	static const char *const WRONG[] = {
		"",
		"/",
		"tile",
		"tile/",
		"tile/0",
		"tile/0/",
		"tile//000",
		"/tile/0/000",
		"tile/0/000/",
		"tile/0/00",
		"tile/0/0000",
		"tile/00/000",
		"tile/8/000",
		"tile/63/000",
		"tile/-1/000",
		"tile/+1/000",
		"tile/0/x000/001",
		"tile/0/x000/x000/001",
		"tile/0/x001",
		"tile/0/001/001",
		"tile/0/x001/x001",
		"tile/0/X001/000",
		"tile/0/x001/00",
		"tile/0/x001/0a0",
		"tile/0/a00",
		"tile/0/000.p",
		"tile/0/000.p/",
		"tile/0/000.p/0",
		"tile/0/000.p/256",
		"tile/0/000.p/01",
		"tile/0/000.p/1/",
		"tile/0/000.p/1/1",
		"tile/0/000.P/1",
		"tile/0/000.p1",
		"tile/0/000/1",
		"tile/0/000.p/ 1",
		"tile/0/000.p/-1",
		"tile/0/x001.p/000",
		"tile/0/x001.p/1",
		"tile/entries",
		"tile/entry/000",
		"tile/data/000",
		"tile/0/000 ",
		" tile/0/000",
		"tile/0/../000",
		"tile/0/%30%30%30",
		"Tile/0/000",
		"tile/0/000.p/18446744073709551617",
		"tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999",
	};
	struct tile tile = {.index = 7};
	for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
		cr_assert(tile_parse(span_text(WRONG[i]), &tile).kind == ERR_NOT_FOUND, "%s", WRONG[i]);
	cr_assert(tile_parse(SPAN_LIT("tile/0/000\0"), &tile).kind == ERR_NOT_FOUND, "a NUL at the end");
	cr_assert(tile_parse(SPAN_NONE, &tile).kind == ERR_NOT_FOUND, "nothing at all");
	cr_assert(tile.index == 7, "a refused path leaves the tile as it was");
}

/* Whatever single byte of a good path is changed: it is refused or is another tile's own path, never the same
 * tile's. */
Test(tile, no_changed_path_reads_as_the_same_tile)
{
	char path[] = "tile/5/x001/001.p/17";
	struct tile original;
	cr_assert(!err_failed(tile_parse(span_text(path), &original)), "the path is good");
	for (size_t i = 0; i < sizeof path - 1; i++) {
		char kept = path[i];
		for (int byte = 0; byte < 256; byte++) {
			struct tile parsed;
			char printed[TILE_PATH_MAX];
			path[i] = (char)byte;
			if (path[i] == kept ||
				err_failed(tile_parse(span_of(path, sizeof path - 1), &parsed)))
				continue;
			tile_path(&parsed, printed);
			cr_assert(span_is(span_of(path, sizeof path - 1), printed), "%s", path);
			cr_assert(!same(&parsed, &original), "%s", path);
		}
		path[i] = kept;
	}
}

Test(tile, knows_the_widths_of_a_tree_of_70000)
{
	cr_assert(tile_width(0, 0, 70000) == 256, "first");
	cr_assert(tile_width(0, 272, 70000) == 256, "last full");
	cr_assert(tile_width(0, 273, 70000) == 112, "partial");
	cr_assert(tile_width(0, 274, 70000) == 0, "beyond");
	cr_assert(tile_width(1, 0, 70000) == 256, "level 1");
	cr_assert(tile_width(1, 1, 70000) == 17, "level 1, partial");
	cr_assert(tile_width(2, 0, 70000) == 1, "level 2");
	cr_assert(tile_width(2, 1, 70000) == 0, "level 2, beyond");
	cr_assert(tile_width(3, 0, 70000) == 0, "level 3");
	cr_assert(tile_width(0, 0, 0) == 0, "an empty tree");
	cr_assert(tile_width(0, 1, 256) == 0, "an empty partial does not exist");
	cr_assert(tile_width(7, 0, UINT64_MAX) == 255, "the greatest tree");
	cr_assert(tile_width(8, 0, UINT64_MAX) == 0, "no such level");
	cr_assert(tile_width(0, UINT64_MAX, UINT64_MAX) == 0, "no overflow of the index");
}

/* The bytes of a hash tile of the vectors' tree, from leaves. */
static void put_tile(const struct tile *tile, struct buf *out)
{
	uint64_t leaves = UINT64_C(1) << (TILE_HEIGHT * tile->level);
	for (uint64_t i = tile->index * TILE_WIDTH; i < tile->index * TILE_WIDTH + tile->width; i++) {
		struct merkle_frontier frontier = {0};
		for (uint64_t n = i * leaves; n < (i + 1) * leaves; n++) {
			struct merkle_hash leaf = leaf_of(n);
			merkle_grow(&frontier, &leaf);
		}
		struct merkle_hash hash = merkle_root(&frontier);
		buf_put(out, SPAN_BYTES(hash.bytes));
	}
}

static void check_tile(const json_t *row, uint64_t size)
{
	struct tile tile;
	scoped(buf) bytes = BUF(TILE_WIDTH * MERKLE_HASH);
	uint8_t digest[HASH_SHA256];
	struct span path = json_vectors_text(row, "path");
	cr_assert(!err_failed(tile_parse(path, &tile)), "%.*s", SPAN_FMT(path));
	cr_assert(tile_width(tile.level, tile.index, size) == tile.width, "%.*s", SPAN_FMT(path));
	put_tile(&tile, &bytes);
	cr_assert(bytes.len == json_vectors_number(row, "bytes"), "%.*s", SPAN_FMT(path));
	struct merkle_hash expected = json_vectors_hash(row, "sha256_hex");
	hash_sha256(buf_span(&bytes), digest);
	cr_assert(memcmp(digest, expected.bytes, sizeof digest) == 0, "%.*s", SPAN_FMT(path));
}

Test(tile, has_the_contents_of_the_vectors)
{
	json_t *file = json_vectors_load("vectors/tiles.json");
	size_t i;
	json_t *set;
	json_array_foreach(json_object_get(file, "tile_sets"), i, set)
	{
		uint64_t size = json_vectors_number(set, "tree_size");
		size_t n;
		json_t *row;
		json_array_foreach(json_object_get(set, "hash_tiles"), n, row) check_tile(row, size);
	}
	json_decref(file);
}

static void check_bundle(const json_t *row)
{
	struct tile tile;
	scoped(buf) bytes = BUF(64 * 1024);
	uint8_t digest[HASH_SHA256];
	struct span path = json_vectors_text(row, "path");
	cr_assert(!err_failed(tile_parse(path, &tile)) && tile.entries, "%.*s", SPAN_FMT(path));
	for (uint64_t i = 0; i < tile.width; i++) {
		char text[24];
		int n = snprintf(
			text, sizeof text, "%llu", (unsigned long long)(tile.index * TILE_WIDTH + i));
		buf_put_sized(&bytes, span_of(text, (size_t)n));
	}
	cr_assert(bytes.len == json_vectors_number(row, "bytes"), "%.*s", SPAN_FMT(path));
	struct merkle_hash expected = json_vectors_hash(row, "sha256_hex");
	hash_sha256(buf_span(&bytes), digest);
	cr_assert(memcmp(digest, expected.bytes, sizeof digest) == 0, "%.*s", SPAN_FMT(path));
}

Test(tile, entry_bundles_are_sized_runs_as_in_the_vectors)
{
	json_t *file = json_vectors_load("vectors/tiles.json");
	size_t i;
	json_t *set;
	json_array_foreach(json_object_get(file, "tile_sets"), i, set)
	{
		size_t n;
		json_t *row;
		json_array_foreach(json_object_get(set, "entry_bundles"), n, row) check_bundle(row);
	}
	json_decref(file);
}

Test(tile, gives_the_nodes_inside_a_tile)
{
	static const struct tile FULL = {.width = 256};
	scoped(buf) bytes = BUF(TILE_WIDTH * MERKLE_HASH);
	put_tile(&FULL, &bytes);
	for (unsigned height = 0; height <= TILE_HEIGHT; height++) {
		for (uint64_t offset = 0; offset < (uint64_t)TILE_WIDTH >> height; offset++) {
			struct merkle_hash node;
			struct merkle_hash left;
			struct merkle_hash right;
			cr_assert(!err_failed(tile_node(buf_span(&bytes), height, offset, &node)), "a node");
			if (height == 0) {
				left = leaf_of(offset);
			} else {
				cr_assert(!err_failed(
						  tile_node(buf_span(&bytes), height - 1, 2 * offset, &left)),
					"left");
				cr_assert(!err_failed(tile_node(
						  buf_span(&bytes), height - 1, 2 * offset + 1, &right)),
					"right");
				left = merkle_node(&left, &right);
			}
			cr_assert(memcmp(&node, &left, sizeof node) == 0, "height %u, offset %zu", height,
				(size_t)offset);
		}
	}
}

Test(tile, refuses_nodes_that_a_tile_lacks)
{
	uint8_t hashes[5 * MERKLE_HASH] = {0};
	struct merkle_hash node;
	cr_assert(!err_failed(tile_node(SPAN_BYTES(hashes), 2, 0, &node)), "the first four");
	cr_assert(tile_node(SPAN_BYTES(hashes), 2, 1, &node).kind == ERR_INPUT, "the second four");
	cr_assert(tile_node(SPAN_BYTES(hashes), 0, 5, &node).kind == ERR_INPUT, "the sixth");
	cr_assert(tile_node(SPAN_BYTES(hashes), 8, 0, &node).kind == ERR_INPUT, "a whole tile");
	cr_assert(tile_node(SPAN_BYTES(hashes), 9, 0, &node).kind == ERR_INPUT, "above a tile");
	cr_assert(tile_node(SPAN_BYTES(hashes), 0, UINT64_MAX, &node).kind == ERR_INPUT, "far beyond");
	cr_assert(tile_node(span_of(hashes, 31), 0, 0, &node).kind == ERR_INPUT, "half a hash");
}
