/* SPDX-License-Identifier: Apache-2.0 */
/* load - check the mark, read rows, check their chain, publish them. */
#include "store/index/load.h"

#include "store/index/index.h"

/* Whether the index was made from the log that is there; the chain goes on from its last row. */
static fallible find_mark(const struct index_mark *mark, struct load *load)
{
	struct log_row row;
	scoped(kv_txn) data = {0};
	if (mark->sequence == 0)
		return OK;
	TRY(kv_read(load->volume->data, &data));
	struct err err = log_get(&data, mark->sequence, &row);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL(CORRUPT, "the index was made from another log");
	TRY(err);
	log_hash(&row);
	if (memcmp(row.leaf_hash.bytes, mark->leaf.bytes, MERKLE_HASH) != 0)
		return FAIL(CORRUPT, "the index was made from another log");
	load->sequence = mark->sequence;
	memcpy(load->chain, row.chain, sizeof load->chain);
	return OK;
}

static fallible read_tenants(struct volume *volume, struct kv_txn *index)
{
	scoped(kv_cursor) tenants = {0};
	TRY(kv_seek(index, INDEX_TENANT, SPAN_NONE, &tenants));
	while (kv_next(&tenants)) {
		struct merkle_frontier frontier;
		struct id tenant;
		if (tenants.key.len != sizeof tenant.bytes)
			return FAIL(CORRUPT, "the index has a tenant with a strange key");
		memcpy(tenant.bytes, tenants.key.at, sizeof tenant.bytes);
		TRY(index_decode_frontier(tenants.value, &frontier));
		TRY(tail_set_tenant(volume->tail, tenant, &frontier));
	}
	return tenants.err;
}

fallible load_open(struct volume *volume, struct load *load)
{
	struct index_mark mark;
	struct load opened = {.volume = volume};
	scoped(kv_txn) index = {0};
	TRY(kv_read(volume->index, &index));
	TRY(index_read_mark(&index, &mark));
	TRY(find_mark(&mark, &opened));
	TRY(tail_open(&volume->tail));
	TRY(read_tenants(volume, &index));
	*load = opened;
	return OK;
}

/* ---- rows ---- */

/* One step on its way. */
struct step {
	struct load after; /* what the load is when it stands */
	struct kv_txn data;
	struct tail_batch *batch;
};

static void step_done(struct step *step)
{
	tail_batch_done(step->batch);
	kv_txn_done(&step->data);
}

static fallible read_next(const struct load *load, struct span key, struct span value, struct log_row *row)
{
	uint8_t chain[HASH_BLAKE];
	TRY(log_decode(key, value, row));
	log_hash(row);
	if (row->sequence != load->sequence + 1)
		return FAIL(CORRUPT, "the log lacks a row");
	log_chain(load->chain, row, chain);
	if (memcmp(chain, row->chain, sizeof chain) != 0)
		return FAIL(CORRUPT, "a row of the log breaks its chain");
	return OK;
}

static fallible load_row(struct step *step, struct span key, struct span value)
{
	struct log_row row = {0};
	struct err err = read_next(&step->after, key, value, &row);
	step->after.log_is_broken = err_failed(err);
	TRY(err);
	TRY(tail_batch_add(step->batch, &row));
	step->after.sequence = row.sequence;
	memcpy(step->after.chain, row.chain, sizeof step->after.chain);
	return OK;
}

static fallible run_step(struct step *step, uint64_t until)
{
	uint8_t key[8];
	scoped(kv_cursor) rows = {0};
	const uint64_t before = step->after.sequence;
	log_key(before + 1, key);
	TRY(kv_read(step->after.volume->data, &step->data));
	TRY(kv_seek(&step->data, TABLE_LOG, SPAN_BYTES(key), &rows));
	kv_fetch_ahead(&rows);
	TRY(tail_batch_open(step->after.volume->tail, &step->batch));
	while (step->after.sequence < until && tail_batch_mark(step->batch) < LOAD_ROWS && kv_next(&rows))
		TRY(load_row(step, rows.key, rows.value));
	TRY(rows.err);
	if (step->after.sequence == before && before < until)
		return FAIL(CORRUPT, "the log ends before its head");
	tail_batch_publish(step->batch);
	return OK;
}

fallible load_step(struct load *load, uint64_t until)
{
	scoped(step) step = {.after = *load};
	struct err err = run_step(&step, until);
	load->log_is_broken = step.after.log_is_broken;
	TRY(err);
	*load = step.after;
	return OK;
}
