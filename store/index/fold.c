/* SPDX-License-Identifier: Apache-2.0 */
/* fold - sort the rows by tenant, write postings in key order, extend the tiles. */
#include "store/index/fold.h"

#include "store/index/fold_words.h"
#include "store/index/index.h"
#include "store/index/tiles.h"

#include <stdlib.h>

enum { FOLD_ARRAY_MAX = 64 * 1024 * 1024 };

/* What one fold works with. */
struct fold {
	struct volume *volume;
	struct kv_txn txn;
	uint32_t segment;
	struct tail_row *rows; /* sorted by tenant, then sequence */
	size_t row_count;
	struct posting *postings; /* room for INDEX_VALUES_A_ROW a row */
	struct buf array;         /* the one that is being made */
};

static void fold_done(struct fold *fold)
{
	kv_txn_done(&fold->txn);
	free(fold->rows);
	free(fold->postings);
	buf_done(&fold->array);
}

static int by_tenant(const void *a, const void *b)
{
	const struct tail_row *left = a, *right = b;
	if (left->tenant != right->tenant)
		return left->tenant < right->tenant ? -1 : 1;
	return (left->sequence > right->sequence) - (left->sequence < right->sequence);
}

/* ---- one tenant's rows ---- */

struct group {
	struct id tenant;
	const struct tail_row *rows;
	struct index_place place;
};

/* What fold->array holds, unless it is empty. */
static fallible append(struct fold *fold, const struct group *group, enum index_field field)
{
	uint8_t key[INDEX_KEY];
	TRY(buf_check(&fold->array));
	if (fold->array.len) {
		index_key(fold->segment, group->tenant, field, key);
		TRY(kv_append(&fold->txn, INDEX_POSTING, SPAN_BYTES(key), buf_span(&fold->array)));
	}
	buf_clear(&fold->array);
	return OK;
}

static fallible write_columns(struct fold *fold, const struct group *group)
{
	for (size_t i = 0; i < group->place.count; i++)
		index_put_sequence(&group->place, group->rows[i].sequence, &fold->array);
	TRY(append(fold, group, INDEX_ALL));
	for (size_t i = 0; i < group->place.count; i++)
		index_put_time(&group->place, group->rows[i].time, &fold->array);
	return append(fold, group, INDEX_TIME);
}

static fallible write_ids(struct fold *fold, const struct group *group)
{
	for (size_t i = 0; i < group->place.count; i++) {
		struct posting *posting = &fold->postings[i];
		*posting = (struct posting){.row = (uint32_t)i};
		memcpy(posting->value, group->rows[i].event.bytes + 8, 8);
	}
	posting_sort(fold->postings, group->place.count);
	for (size_t i = 0; i < group->place.count; i++)
		index_put_id(fold->postings[i].value, fold->postings[i].row, &fold->array);
	return append(fold, group, INDEX_ID);
}

static size_t collect(struct fold *fold, const struct group *group, enum index_field field)
{
	size_t count = 0;
	for (size_t i = 0; i < group->place.count; i++) {
		uint8_t values[INDEX_VALUES_A_ROW][INDEX_VALUE_MAX] = {0};
		size_t found = index_row_values(&group->rows[i], field, values);
		for (size_t v = 0; v < found; v++) {
			fold->postings[count].row = (uint32_t)i;
			memcpy(fold->postings[count++].value, values[v], INDEX_VALUE_MAX);
		}
	}
	posting_sort(fold->postings, count);
	return count;
}

static fallible write_field(struct fold *fold, const struct group *group, enum index_field field)
{
	size_t count = collect(fold, group, field);
	if (count)
		posting_pack(
			fold->postings, count, index_value_width(field), group->place.count, &fold->array);
	return append(fold, group, field);
}

static fallible write_words(struct fold *fold, const struct group *group)
{
	scoped(buf) rows = BUF(INDEX_RUN_MAX * sizeof(struct fold_words_row));
	for (size_t i = 0; i < group->place.count; i++) {
		const struct fold_words_row row = {group->rows[i].sequence, group->rows[i].words};
		buf_put(&rows, span_of(&row, sizeof row));
	}
	TRY(buf_check(&rows));
	TRY(fold_words(fold->volume, group->tenant, (const struct fold_words_row *)(const void *)rows.data,
		group->place.count, &fold->array));
	return append(fold, group, INDEX_WORDS);
}

static fallible write_tree(struct fold *fold, const struct group *group)
{
	for (size_t i = 0; i < group->place.count; i++)
		buf_put(&fold->array, SPAN_BYTES(group->rows[i].leaf_hash.bytes));
	TRY(buf_check(&fold->array));
	TRY(tiles_extend(&fold->txn, group->tenant, group->place.first, buf_span(&fold->array)));
	buf_clear(&fold->array);
	return index_put_place(&fold->txn, group->tenant, &group->place);
}

/* Where the tenant's tree stands after this fold; the start of the next process begins from it. */
static fallible write_tenant(struct fold *fold, const struct group *group)
{
	struct merkle_frontier frontier;
	scoped(buf) value = BUF(4096);
	TRY(index_read_frontier(&fold->txn, group->tenant, &frontier));
	if (frontier.size != group->place.first)
		return FAIL(CORRUPT, "the index has a tenant's tree of another size than its log");
	for (size_t i = 0; i < group->place.count; i++)
		merkle_grow(&frontier, &group->rows[i].leaf_hash);
	index_put_frontier(&frontier, &value);
	TRY(buf_check(&value));
	return kv_put(&fold->txn, INDEX_TENANT, SPAN_BYTES(group->tenant.bytes), buf_span(&value));
}

static fallible write_group(struct fold *fold, const struct group *group)
{
	TRY(write_columns(fold, group));
	TRY(write_ids(fold, group));
	for (enum index_field field = INDEX_ACTION; field < INDEX_WORDS; field++)
		TRY(write_field(fold, group, field));
	TRY(write_words(fold, group));
	TRY(write_field(fold, group, INDEX_BRANCH));
	TRY(write_tree(fold, group));
	return write_tenant(fold, group);
}

/* ---- the whole ---- */

static size_t tenant_run(const struct fold *fold, size_t from)
{
	size_t end = from;
	while (end < fold->row_count && fold->rows[end].tenant == fold->rows[from].tenant)
		end++;
	return end - from;
}

static struct group group_of(const struct fold *fold, const struct tail_row *rows, size_t count)
{
	struct group group = {
		.tenant = tail_tenant_id(fold->volume->tail, rows[0].tenant),
		.rows = rows,
		.place = {.first = rows[0].index,
			.segment = fold->segment,
			.count = (uint32_t)count,
			.sequence = rows[0].sequence,
			.last = rows[count - 1].sequence,
			.from = rows[0].time,
			.to = rows[0].time},
	};
	for (size_t i = 1; i < count; i++) {
		struct index_place *place = &group.place;
		place->from = rows[i].time.ms < place->from.ms ? rows[i].time : place->from;
		place->to = rows[i].time.ms > place->to.ms ? rows[i].time : place->to;
	}
	return group;
}

static int by_id(const void *a, const void *b)
{
	return memcmp(((const struct group *)a)->tenant.bytes, ((const struct group *)b)->tenant.bytes, 16);
}

/* Keys are appended, so tenants go in the order of their ids, not of their numbers. */
static fallible write_groups(struct fold *fold)
{
	struct group *groups = calloc(fold->row_count, sizeof *groups);
	size_t count = 0;
	struct err err = OK;
	if (!groups)
		return FAIL(NO_MEMORY, "a fold has no memory for its groups");
	tail_lock(fold->volume->tail);
	for (size_t at = 0; at < fold->row_count; at += groups[count++].place.count)
		groups[count] = group_of(fold, fold->rows + at, tenant_run(fold, at));
	tail_unlock(fold->volume->tail);
	qsort(groups, count, sizeof *groups, by_id);
	for (size_t i = 0; i < count && !err_failed(err); i++)
		err = write_group(fold, &groups[i]);
	free(groups);
	return err;
}

static fallible write_segment(struct fold *fold)
{
	struct index_mark mark;
	const struct tail_row last = fold->rows[fold->row_count - 1];
	TRY(index_read_mark(&fold->txn, &mark));
	fold->segment = mark.segments;
	if (fold->rows[0].sequence != mark.sequence + 1)
		return FAIL(BUG, "a fold would leave a gap behind its mark");
	qsort(fold->rows, fold->row_count, sizeof *fold->rows, by_tenant);
	TRY(write_groups(fold));
	mark = (struct index_mark){last.sequence, mark.segments + 1, last.leaf_hash};
	TRY(index_write_mark(&fold->txn, &mark));
	return kv_commit(&fold->txn);
}

static size_t rows_to_fold(const struct volume *volume)
{
	size_t waiting = tail_count(volume->tail);
	size_t most = volume->fold_rows < INDEX_RUN_MAX ? volume->fold_rows : INDEX_RUN_MAX;
	return waiting < most ? waiting : most;
}

fallible fold_once(struct volume *volume)
{
	size_t room = rows_to_fold(volume);
	if (room == 0)
		return OK;
	scoped(fold) fold = {.volume = volume, .array = BUF(FOLD_ARRAY_MAX)};
	fold.rows = calloc(room, sizeof *fold.rows);
	fold.postings = calloc(room * INDEX_VALUES_A_ROW, sizeof *fold.postings);
	if (!fold.rows || !fold.postings)
		return FAIL(NO_MEMORY, "a fold has no memory for its rows");
	fold.row_count = tail_copy(volume->tail, fold.rows, room);
	TRY(kv_write(volume->index, &fold.txn));
	TRY(write_segment(&fold));
	tail_folded(volume->tail, fold.row_count);
	return OK;
}
