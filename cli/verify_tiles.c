/* SPDX-License-Identifier: Apache-2.0 */
/* verify_tiles - the right edge gives the root; then each tile is held to its hash in the tile above, each
 * entry to its own.
 *
 * Going down from the signed root, what is in hand is already proven, so that a breach is named exactly. The
 * tiles of the edge are kept: read a second time they could be others. */
#include "cli/verify_tiles.h"

#include "base/reader.h"
#include "crypto/checkpoint.h"
#include "crypto/tile.h"

#include <stdio.h>

enum {
	LEVELS = TILE_LEVEL_MAX + 1,
	TILE_BYTES = TILE_WIDTH * MERKLE_HASH,
	BUNDLE_BYTES = TILE_WIDTH * (2 + TILE_ENTRY_MAX),
	WHERE_TILE = VERIFY_TILES_WHERE / 2,
};

/* One tile's hashes. */
struct hand {
	struct tile tile; /* width 0 = none */
	uint8_t hashes[TILE_BYTES];
};

struct walk {
	const struct verify_tiles_ask *ask;
	struct verify_tiles_report *report;
	uint64_t size;
	bool edge_holds;               /* the edge gives the signed root */
	struct hand edge[LEVELS];      /* the last, partial tile of each level */
	struct hand hand[LEVELS];      /* the tile of each level that the walk stands in */
	struct merkle_frontier marked; /* of the leaves that the mark covers, so far */
	struct buf file;
};

static void walk_done(struct walk *walk)
{
	buf_done(&walk->file);
}

static fallible bad(struct walk *walk, const char *where, const char *why)
{
	snprintf(walk->report->where, VERIFY_TILES_WHERE, "%s", where);
	return FAIL(FORGED, why);
}

static fallible bad_tile(struct walk *walk, const struct tile *tile, const char *why)
{
	char path[TILE_PATH_MAX];
	tile_path(tile, path);
	return bad(walk, path, why);
}

static fallible bad_entry(struct walk *walk, uint64_t index, const char *why)
{
	char where[WHERE_TILE];
	snprintf(where, sizeof where, "entry %llu", (unsigned long long)index);
	return bad(walk, where, why);
}

/* The file into walk->file; where names it until the next one. */
static fallible get(struct walk *walk, const char *path)
{
	const struct fetch *fetch = walk->ask->fetch;
	snprintf(walk->report->where, VERIFY_TILES_WHERE, "%s", path);
	return fetch->get(fetch->context, path, &walk->file);
}

/* For a file that has to be there: a missing or endless one is a breach, not a trouble on the way. */
static fallible judge_missing(struct err err)
{
	if (err.kind == ERR_NOT_FOUND || err.kind == ERR_EXPIRED)
		return FAIL(FORGED, "it is missing");
	if (err.kind == ERR_TOO_LARGE)
		return FAIL(FORGED, "it is longer than it can be");
	return err;
}

/* A partial tile may have been dropped once the full one existed: then its beginning serves. */
static fallible get_tile(struct walk *walk, const struct tile *tile, struct tile *found)
{
	char path[TILE_PATH_MAX];
	struct tile full = *tile;
	tile_path(tile, path);
	*found = *tile;
	struct err err = get(walk, path);
	if (err.kind != ERR_NOT_FOUND || tile->width == TILE_WIDTH)
		return err;
	char full_path[TILE_PATH_MAX];
	full.width = TILE_WIDTH;
	tile_path(&full, full_path);
	*found = full;
	err = get(walk, full_path);
	if (err.kind == ERR_NOT_FOUND)
		snprintf(walk->report->where, VERIFY_TILES_WHERE, "%s", path);
	return err;
}

static fallible read_hashes(struct walk *walk, const struct tile *tile, struct hand *hand)
{
	struct tile found;
	walk->file.max = TILE_BYTES;
	TRY(judge_missing(get_tile(walk, tile, &found)));
	if (walk->file.len != (size_t)found.width * MERKLE_HASH)
		return bad_tile(walk, &found, "its length is not that of its hashes");
	memcpy(hand->hashes, walk->file.data, (size_t)tile->width * MERKLE_HASH);
	hand->tile = *tile;
	return OK;
}

static struct tile tile_at(const struct walk *walk, unsigned level, uint64_t index)
{
	uint8_t at = (uint8_t)level;
	return (struct tile){.level = at, .index = index, .width = tile_width(at, index, walk->size)};
}

static struct span hashes_of(const struct hand *hand)
{
	return span_of(hand->hashes, (size_t)hand->tile.width * MERKLE_HASH);
}

/* The merkle_source of the edge: all complete subtrees that a tree of this size is made of stand in its
 * partial tiles. */
static fallible edge_node(void *context, unsigned level, uint64_t index, struct merkle_hash *hash)
{
	const struct walk *walk = context;
	unsigned height = level % TILE_HEIGHT;
	uint64_t offset = index % (uint64_t)(TILE_WIDTH >> height);
	return tile_node(hashes_of(&walk->edge[level / TILE_HEIGHT]), height, offset, hash);
}

static fallible check_edge(struct walk *walk)
{
	for (unsigned level = 0; level < LEVELS; level++) {
		uint64_t index = walk->size >> (TILE_HEIGHT * level) >> TILE_HEIGHT;
		struct tile tile = tile_at(walk, level, index);
		if (tile.width > 0)
			TRY(read_hashes(walk, &tile, &walk->edge[level]));
	}
	struct merkle_source source = {walk, edge_node};
	struct merkle_hash root;
	TRY(merkle_range_root(&source, walk->size, &root));
	walk->edge_holds = memcmp(root.bytes, walk->report->root.bytes, MERKLE_HASH) == 0;
	return OK;
}

static void note_missing(struct walk *walk, const struct tile *tile)
{
	struct verify_tiles_report *report = walk->report;
	uint64_t first = tile->index * TILE_WIDTH;
	if (report->missing_count == 0)
		report->missing_first = first;
	report->missing_last = first + tile->width - 1;
	report->missing_count += tile->width;
}

/* Each entry of the bundle in walk->file against the leaf hashes in hand. */
static fallible check_entries(struct walk *walk, const struct tile *bundle, const struct tile *found)
{
	struct reader reader = READER(buf_span(&walk->file));
	for (uint64_t i = 0; i < bundle->width; i++) {
		uint64_t index = bundle->index * TILE_WIDTH + i;
		struct span entry = reader_sized(&reader);
		if (reader.failed)
			return bad_entry(walk, index, "its bundle ends before it does");
		struct merkle_hash leaf = merkle_leaf(entry);
		if (memcmp(leaf.bytes, walk->hand[0].hashes + i * MERKLE_HASH, MERKLE_HASH) != 0)
			return bad_entry(walk, index, "its bytes and its leaf hash in the tree differ");
	}
	if (found->width == bundle->width && reader.rest.len > 0)
		return bad_tile(walk, found, "it goes on behind its last entry");
	return OK;
}

static fallible check_bundle(struct walk *walk)
{
	struct tile bundle = walk->hand[0].tile;
	struct tile found;
	bundle.entries = true;
	/* A refusal counts for all bundles: asking 1,000 times more would only be 1,000 refusals on
	 * somebody's record. */
	if (walk->report->withheld) {
		note_missing(walk, &bundle);
		return OK;
	}
	walk->file.max = BUNDLE_BYTES;
	struct err err = get_tile(walk, &bundle, &found);
	walk->report->withheld = err.kind == ERR_DENIED;
	if (err.kind == ERR_NOT_FOUND || err.kind == ERR_EXPIRED || err.kind == ERR_DENIED) {
		walk->report->pruned_count += err.kind == ERR_EXPIRED ? bundle.width : 0;
		note_missing(walk, &bundle);
		return OK;
	}
	TRY(judge_missing(err));
	return check_entries(walk, &bundle, &found);
}

/* A full tile against its hash in the tile above, which is in hand. */
static fallible check_root(struct walk *walk, unsigned level)
{
	const struct hand *hand = &walk->hand[level];
	const struct hand *above = &walk->hand[level + 1];
	struct merkle_hash root;
	TRY(tile_node(hashes_of(hand), TILE_HEIGHT, 0, &root));
	const uint8_t *expected = above->hashes + hand->tile.index % TILE_WIDTH * MERKLE_HASH;
	if (memcmp(root.bytes, expected, MERKLE_HASH) == 0)
		return OK;
	if (walk->edge_holds)
		return bad_tile(walk, &hand->tile, "its hashes do not give its hash in the tile above");
	char paths[2][TILE_PATH_MAX];
	char where[VERIFY_TILES_WHERE];
	tile_path(&hand->tile, paths[0]);
	tile_path(&above->tile, paths[1]);
	snprintf(where, sizeof where, "%s or %s", paths[0], paths[1]);
	return bad(walk, where, "they contradict each other, and the checkpoint");
}

/* Takes one tile in hand and checks it. The one above is in hand already. */
static fallible enter(struct walk *walk, unsigned level, const struct tile *tile)
{
	struct hand *hand = &walk->hand[level];
	bool partial = tile->width < TILE_WIDTH;
	if (partial)
		*hand = walk->edge[level];
	else
		TRY(read_hashes(walk, tile, hand));
	/* Entries first: when a hash and its entry differ, the entry is the better name for the breach. */
	if (level == 0)
		TRY(check_bundle(walk));
	/* A partial tile is hashed into no tile above it: the root covers it. */
	return partial ? OK : check_root(walk, level);
}

/* The leaf hashes in hand, as far as the mark goes. */
static void grow_marked(struct walk *walk)
{
	const struct hand *hand = &walk->hand[0];
	const struct verify_tiles_mark *mark = walk->ask->mark;
	for (size_t i = 0; mark && i < hand->tile.width && walk->marked.size < mark->size; i++) {
		struct merkle_hash leaf;
		memcpy(leaf.bytes, hand->hashes + i * MERKLE_HASH, MERKLE_HASH);
		merkle_grow(&walk->marked, &leaf);
	}
}

static fallible check_mark(struct walk *walk)
{
	const struct verify_tiles_mark *mark = walk->ask->mark;
	if (!mark)
		return OK;
	if (mark->size > walk->size)
		return bad(walk, "check value", "the log ends before the entry that it is of");
	struct merkle_hash root = merkle_root(&walk->marked);
	return memcmp(root.bytes, mark->root.bytes, MERKLE_HASH) == 0
		? OK
		: bad(walk, "check value", "the log was another one up to that entry");
}

/* From the top down, every tile that begins with this tile of entries, and it itself. */
static fallible descend(struct walk *walk, uint64_t index)
{
	for (unsigned above = LEVELS; above > 0; above--) {
		unsigned level = above - 1;
		struct tile tile = tile_at(walk, level, index >> (TILE_HEIGHT * level));
		const struct tile *held = &walk->hand[level].tile;
		if (tile.width > 0 && (held->width == 0 || held->index != tile.index))
			TRY(enter(walk, level, &tile));
	}
	return OK;
}

static fallible check_checkpoint(struct walk *walk)
{
	struct span text;
	struct checkpoint checkpoint;
	walk->file.max = NOTE_MAX;
	TRY(judge_missing(get(walk, "checkpoint")));
	struct err err = note_open(buf_span(&walk->file), walk->ask->verifier, 1, &text);
	if (err.kind == ERR_INPUT)
		return bad(walk, "checkpoint", "it is not a signed note");
	if (err.kind == ERR_FORGED)
		return bad(walk, "checkpoint", "it has no valid signature of the verifier key");
	TRY(err);
	if (err_failed(checkpoint_parse(text, &checkpoint)))
		return bad(walk, "checkpoint", "its text is not that of a checkpoint");
	if (!span_equal(checkpoint.origin, walk->ask->verifier->name))
		return bad(walk, "checkpoint", "its origin is another than the verifier key's name");
	walk->size = checkpoint.size;
	walk->report->size = checkpoint.size;
	walk->report->root = checkpoint.root;
	return OK;
}

static fallible check_all(struct walk *walk)
{
	TRY(check_checkpoint(walk));
	TRY(check_edge(walk));
	for (uint64_t first = 0; first < walk->size; first += TILE_WIDTH) {
		TRY(descend(walk, first / TILE_WIDTH));
		grow_marked(walk);
		uint64_t left = walk->size - first;
		uint64_t done = first + (left < TILE_WIDTH ? left : TILE_WIDTH);
		if (walk->ask->progress)
			walk->ask->progress(walk->ask->context, done, walk->size);
		/* The last step may stand at the end of what 64 bits count. */
		if (left <= TILE_WIDTH)
			break;
	}
	if (!walk->edge_holds)
		return bad(
			walk, "root", "the tiles agree with each other but not with the checkpoint's root");
	TRY(check_mark(walk));
	walk->report->where[0] = '\0';
	return OK;
}

fallible verify_tiles_check(const struct verify_tiles_ask *ask, struct verify_tiles_report *report)
{
	*report = (struct verify_tiles_report){0};
	scoped(walk) walk = {.ask = ask, .report = report, .file = BUF(BUNDLE_BYTES)};
	return check_all(&walk);
}
