/* SPDX-License-Identifier: Apache-2.0 */
/* evidence_out - from where the file stands to the next row, then the row. */
#include "server/core/log/evidence_out.h"

#include "server/core/log/log_leaf.h"
#include "server/core/log/log_tiles.h"
#include "store/index/tree.h"

void evidence_out_init(struct exports_walk *walk, uint64_t size, struct evidence_out *out)
{
	*out = (struct evidence_out){.walk = walk, .size = size};
}

static const struct server *server_of(const struct evidence_out *out)
{
	return out->walk->server;
}

static struct id tenant_of(const struct evidence_out *out)
{
	return out->walk->ask->record.tenant;
}

/* ---- one line ---- */

static fallible put_gap(struct evidence_out *out, uint64_t end, struct buf *lines)
{
	scoped(tree) tree = {0};
	struct merkle_hash hashes[GAP_HASHES_MAX];
	if (out->next >= end)
		return OK;
	TRY(tree_open(&server_of(out)->volume, tenant_of(out), &tree));
	struct merkle_source source = tree_source(&tree);
	TRY(gap_read(&source, out->next, end, hashes));
	evidence_put_gap(lines, end, hashes, gap_count(out->next, end));
	out->next = end;
	return OK;
}

static fallible put_opened(struct evidence_out *out, enum evidence_kind kind, uint64_t sequence,
	unsigned withheld, struct buf *lines)
{
	scoped(reading) reading = {0};
	struct evidence_part parts[LEAF_PARTS_MAX];
	struct log_row row;
	struct leaf leaf;
	TRY(reading_open(&server_of(out)->volume, &reading));
	TRY(log_get(&reading.txn, sequence, &row));
	if (row.leaf.len == 0)
		return FAIL(EXPIRED, "an entry was pruned while it was exported");
	if (row.index != out->next || !ids_equal(row.tenant, tenant_of(out)))
		return FAIL(CORRUPT, "a row of the export is not where the log has it");
	TRY(leaf_decode(row.leaf, &leaf));
	for (size_t i = 0; i < leaf.part_count; i++)
		TRY(log_leaf_part(
			server_of(out)->volume.keys, tenant_of(out), &leaf, i, withheld, &parts[i]));
	evidence_put_leaf(lines, kind, row.leaf, parts, leaf.part_count);
	out->next++;
	return OK;
}

/* ---- leaves that are shown closed ---- */

/* The bundle is asked for as wide as the export's range reaches into it: so much of it is there. */
static fallible load_bundle(struct evidence_out *out)
{
	uint64_t index = out->next / TILE_WIDTH;
	if (out->bundle == index + 1)
		return OK;
	struct tile tile = {.entries = true, .index = index, .width = tile_width(0, index, out->size)};
	TRY(log_tiles_sequences(server_of(out), tenant_of(out), &tile, out->sequences));
	out->bundle = index + 1;
	return OK;
}

static fallible put_closed(struct evidence_out *out, uint64_t end, struct buf *lines)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&server_of(out)->volume, &reading));
	while (out->next < end && lines->len < EVIDENCE_OUT_SOFT) {
		struct log_row row;
		TRY(load_bundle(out));
		TRY(log_get(&reading.txn, out->sequences[out->next % TILE_WIDTH], &row));
		if (row.leaf.len == 0)
			return FAIL(EXPIRED, "an entry that a complete file needs was pruned");
		if (row.index != out->next)
			return FAIL(CORRUPT, "the index names a row of another leaf");
		evidence_put_leaf(lines, EVIDENCE_LEAF, row.leaf, NULL, 0);
		out->next++;
	}
	return OK;
}

/* ---- the file ---- */

/* Towards an index: by a gap, or leaf by leaf, as far as a turn goes. What lies before the range is a gap. */
static fallible go_to(struct evidence_out *out, uint64_t index, struct buf *lines)
{
	const struct exports_ask *ask = out->walk->ask;
	if (!ask->complete)
		return put_gap(out, index, lines);
	TRY(put_gap(out, ask->from < index ? ask->from : index, lines));
	return put_closed(out, index, lines);
}

static fallible put_end(struct evidence_out *out, struct buf *lines)
{
	const struct exports_ask *ask = out->walk->ask;
	TRY(put_gap(out, ask->receipt.index, lines));
	TRY(put_opened(out, EVIDENCE_OWN, ask->receipt.sequence, 0, lines));
	TRY(put_gap(out, out->size, lines));
	evidence_put_end(lines, out->rows);
	out->over = true;
	return OK;
}

static fallible next_page(struct evidence_out *out, struct arena *arena)
{
	arena_clear(arena);
	out->at = 0;
	out->page.count = 0;
	return exports_next_page(out->walk, arena, &out->page);
}

static fallible step(struct evidence_out *out, struct arena *arena, struct buf *lines)
{
	if (out->at < out->page.count) {
		const struct event_read *read = &out->page.events[out->at].read;
		if (out->next < read->row.index)
			return go_to(out, read->row.index, lines);
		out->at++;
		out->rows++;
		return put_opened(out, EVIDENCE_ROW, read->row.sequence, read->withheld, lines);
	}
	if (!out->walk->over)
		return next_page(out, arena);
	if (out->walk->ask->complete && out->next < out->walk->end)
		return go_to(out, out->walk->end, lines);
	return put_end(out, lines);
}

fallible evidence_out_next(struct evidence_out *out, struct arena *arena, struct buf *lines)
{
	while (!out->over && lines->len < EVIDENCE_OUT_SOFT)
		TRY(step(out, arena, lines));
	return buf_check(lines);
}
