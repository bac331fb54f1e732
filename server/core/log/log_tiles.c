/* SPDX-License-Identifier: Apache-2.0 */
/* log_tiles - hashes from the tree, entries from the log by their sequences. */
#include "server/core/log/log_tiles.h"

#include "store/index/index.h"
#include "store/index/tree.h"
#include "store/nouns/retention.h"

/* A run of a tenant's leaves and where they lie. */
struct bundle {
	uint64_t first;
	uint16_t width;
	uint64_t folded; /* sequences of those below are in the index */
	uint64_t sequences[TILE_WIDTH];
};

/* Those that are not folded yet. Fails: NOT_FOUND the log has no such bundle. */
static fallible find_fresh(
	struct tail *tail, struct tail_tenant *tenant, const struct tile *tile, struct bundle *bundle)
{
	if (tile->width > tile_width(0, tile->index, tail_size(tenant)))
		return FAIL(NOT_FOUND, "the log has no such bundle yet");
	bundle->folded = tail_folded_size(tenant);
	uint64_t least = bundle->first > bundle->folded ? bundle->first : bundle->folded;
	const struct tail_row *row = tail_newest(tail, tenant);
	for (; row && row->index >= least; row = tail_before(tail, row))
		if (row->index - bundle->first < bundle->width)
			bundle->sequences[row->index - bundle->first] = row->sequence;
	return OK;
}

static fallible find_all(
	const struct volume *volume, struct id tenant, const struct tile *tile, struct bundle *bundle)
{
	scoped(kv_txn) index = {0};
	*bundle = (struct bundle){.first = tile->index * TILE_WIDTH, .width = tile->width};
	tail_lock(volume->tail);
	struct tail_tenant *state = tail_tenant(volume->tail, tenant);
	struct err err = state ? find_fresh(volume->tail, state, tile, bundle)
			       : FAIL(NOT_FOUND, "the log has no leaves");
	tail_unlock(volume->tail);
	TRY(err);
	/* After the tail: what was folded by then is in this snapshot. */
	TRY(kv_read(volume->index, &index));
	for (uint16_t i = 0; i < bundle->width && bundle->first + i < bundle->folded; i++)
		TRY(index_find_sequence(&index, tenant, bundle->first + i, &bundle->sequences[i]));
	return OK;
}

static fallible put_entries(
	const struct server *server, struct id tenant, const struct bundle *bundle, struct buf *out)
{
	struct pruned pruned;
	scoped(reading) reading = {0};
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(pruned_get(&view, tenant, &pruned));
	/* c2sp.org/tlog-tiles: below the minimum index a log has hashes and no entries. */
	if (bundle->first + bundle->width <= pruned.minimum)
		return FAIL(NOT_FOUND, "the bundle lies below the log's minimum index");
	for (uint16_t i = 0; i < bundle->width; i++) {
		struct log_row row;
		TRY(log_get(&reading.txn, bundle->sequences[i], &row));
		if (!ids_equal(row.tenant, tenant) || row.index != bundle->first + i)
			return FAIL(CORRUPT, "the index names a row of another leaf");
		if (row.leaf.len == 0)
			return FAIL_CODE(PRUNED, "an entry of the bundle was pruned");
		buf_put_sized(out, row.leaf);
	}
	return buf_check(out);
}

fallible log_tiles_read(
	const struct server *server, struct id tenant, const struct tile *tile, struct buf *out)
{
	scoped(tree) tree = {0};
	struct bundle bundle;
	if (tile->entries) {
		TRY(find_all(&server->volume, tenant, tile, &bundle));
		return put_entries(server, tenant, &bundle, out);
	}
	TRY(tree_open(&server->volume, tenant, &tree));
	return tree_tile(&tree, tile, out);
}

fallible log_tiles_sequences(const struct server *server, struct id tenant, const struct tile *tile,
	uint64_t sequences[static TILE_WIDTH])
{
	struct bundle bundle;
	TRY(find_all(&server->volume, tenant, tile, &bundle));
	memcpy(sequences, bundle.sequences, sizeof bundle.sequences);
	return OK;
}

/* ---- whether a range is whole ---- */

struct range {
	uint64_t from, to;     /* indexes */
	struct instant before; /* what was received later is not pruned yet */
	bool young;            /* and so is all that follows */
};

static fallible look_at(struct reading *log, uint64_t sequence, struct range *range)
{
	struct log_row row;
	struct leaf leaf;
	TRY(log_get(&log->txn, sequence, &row));
	if (row.leaf.len == 0)
		return FAIL_CODE(PRUNED, "an entry of the range was pruned");
	TRY(leaf_decode(row.leaf, &leaf));
	range->young = leaf.received.ms >= range->before.ms;
	return OK;
}

static fallible look_at_bundle(struct reading *log, const struct bundle *bundle, struct range *range)
{
	for (uint16_t i = 0; i < bundle->width && !range->young; i++) {
		uint64_t index = bundle->first + i;
		if (index >= range->from && index <= range->to)
			TRY(look_at(log, bundle->sequences[i], range));
	}
	return OK;
}

fallible log_tiles_whole(const struct server *server, struct id tenant, uint64_t from, uint64_t to)
{
	struct pruned pruned;
	struct range range = {.from = from, .to = to};
	uint64_t size = tail_size_of(server->volume.tail, tenant);
	scoped(reading) log = {0};
	TRY(reading_open(&server->volume, &log));
	struct view view = view_reading(&log);
	TRY(pruned_get(&view, tenant, &pruned));
	range.before = retention_before(pruned.last, RETENTION_LEAST);
	range.young = pruned.count == 0;
	for (uint64_t at = from / TILE_WIDTH; at * TILE_WIDTH < size && at * TILE_WIDTH <= to && !range.young;
		at++) {
		struct bundle bundle;
		struct tile tile = {.entries = true, .index = at, .width = tile_width(0, at, size)};
		TRY(find_all(&server->volume, tenant, &tile, &bundle));
		TRY(look_at_bundle(&log, &bundle, &range));
	}
	return OK;
}
