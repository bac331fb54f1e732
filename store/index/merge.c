/* SPDX-License-Identifier: Apache-2.0 */
/* merge - choose runs, lay their arrays behind each other, put the new run in their place. */
#include "store/index/merge.h"

#include "base/reader.h"
#include "store/index/index.h"

enum {
	MERGE_RUNS_MAX = 64, /* at once */
	MERGE_FULL = INDEX_RUN_MAX / 2,
	STEP_TENANTS = 256,       /* looked at */
	STEP_BYTES = 1024 * 1024, /* written: then a step ends */
	MERGE_ARRAY_MAX = 64 * 1024 * 1024,
};

/* What becomes one run: neighbours, oldest first. */
struct plan {
	struct id tenant;
	struct index_place runs[MERGE_RUNS_MAX];
	size_t count;
	struct index_place made;
};

/* What one step works with. */
struct step {
	struct merge *merge;
	struct kv_txn txn;
	struct posting_maker maker;
	struct buf array; /* the one that is being made */
	struct buf rows;  /* of the value that is being merged */
	size_t written;   /* bytes */
};

static void step_done(struct step *step)
{
	kv_txn_done(&step->txn);
	posting_maker_done(&step->maker);
	buf_done(&step->array);
	buf_done(&step->rows);
}

/* ---- choosing ---- */

static bool is_full(const struct index_place *place)
{
	return place->count > MERGE_FULL;
}

/* The tenant's runs behind its newest full one, newest first; when there are more than MERGE_RUNS_MAX, the oldest
 * of them: what is merged must never lie behind what is not. `more` says that there are newer ones. */
static fallible read_newest(struct kv_txn *txn, struct id tenant,
	struct index_place runs[static MERGE_RUNS_MAX], size_t *count, bool *more)
{
	uint8_t key[INDEX_PLACE_KEY];
	scoped(kv_cursor) places = {0};
	struct index_place place;
	size_t read = 0;
	index_place_key(tenant, UINT64_MAX, key);
	TRY(kv_seek_back(txn, INDEX_PLACE, SPAN_BYTES(key), &places));
	while (kv_next(&places) && span_starts(places.key, SPAN_BYTES(tenant.bytes))) {
		TRY(index_decode_place(places.key, places.value, &place));
		if (is_full(&place))
			break;
		if (read == MERGE_RUNS_MAX)
			memmove(runs, runs + 1, (MERGE_RUNS_MAX - 1) * sizeof *runs);
		*more = *more || read == MERGE_RUNS_MAX;
		read += read < MERGE_RUNS_MAX;
		runs[read - 1] = place;
	}
	TRY(places.err);
	*count = read;
	return OK;
}

/* How many of them are due: those of the lowest tier when there are MERGE_FAN, and those of the next tier
 * too, when the run that they make would be its MERGE_FAN-th, and so on. */
static size_t count_due(const struct index_place *runs, size_t count)
{
	size_t due = 0, made = 0;
	while (due < count) {
		size_t end = due;
		while (end < count && runs[end].tier == runs[due].tier)
			end++;
		if (end - due + made < MERGE_FAN)
			break;
		due = end;
		made = 1;
	}
	return due;
}

/* From the oldest on, as many as fit into one run. Two always do, and what is cut off makes the new one
 * full. */
static size_t count_fitting(const struct index_place *runs, size_t due)
{
	size_t rows = 0, fitting = 0;
	while (fitting < due && rows + runs[due - 1 - fitting].count <= INDEX_RUN_MAX)
		rows += runs[due - 1 - fitting++].count;
	return fitting;
}

static struct index_place join(const struct index_place *runs, size_t count, uint32_t segment)
{
	struct index_place made = runs[0];
	made.segment = segment;
	made.tier = (uint8_t)(runs[0].tier < UINT8_MAX ? runs[0].tier + 1 : UINT8_MAX);
	for (size_t i = 1; i < count; i++) {
		made.count += runs[i].count;
		made.last = runs[i].last;
		made.from = runs[i].from.ms < made.from.ms ? runs[i].from : made.from;
		made.to = runs[i].to.ms > made.to.ms ? runs[i].to : made.to;
	}
	return made;
}

/* plan->count is 0 when nothing is due. */
static fallible make_plan(struct step *step, struct id tenant, struct plan *plan)
{
	struct index_place newest[MERGE_RUNS_MAX];
	size_t count;
	bool more = false;
	TRY(read_newest(&step->txn, tenant, newest, &count, &more));
	size_t due = count_due(newest, count), fitting = count_fitting(newest, due);
	plan->tenant = tenant;
	plan->count = fitting;
	for (size_t i = 0; i < fitting; i++) {
		plan->runs[i] = newest[due - 1 - i];
		if (i && plan->runs[i].first != plan->runs[i - 1].first + plan->runs[i - 1].count)
			return FAIL(CORRUPT, "the index lacks a run of a tenant's rows");
	}
	/* A part of what was due, or of what there is. */
	step->merge->again = step->merge->again || (fitting && (more || fitting < due));
	if (fitting)
		plan->made = join(plan->runs, fitting, step->merge->segment);
	return OK;
}

/* ---- the arrays ---- */

/* What step->array holds, unless it is empty. */
static fallible append(struct step *step, const struct plan *plan, enum index_field field)
{
	uint8_t key[INDEX_KEY];
	TRY(buf_check(&step->array));
	if (step->array.len) {
		index_key(plan->made.segment, plan->tenant, field, key);
		TRY(kv_append(&step->txn, INDEX_MERGED, SPAN_BYTES(key), buf_span(&step->array)));
	}
	step->written += step->array.len;
	buf_clear(&step->array);
	return OK;
}

static fallible merge_sequences(struct step *step, const struct plan *plan)
{
	for (size_t r = 0; r < plan->count; r++) {
		struct index_columns columns;
		TRY(index_read_columns(&step->txn, plan->tenant, &plan->runs[r], &columns));
		for (size_t i = 0; i < plan->runs[r].count; i++)
			index_put_sequence(&plan->made, index_row_sequence(&columns, i), &step->array);
	}
	return append(step, plan, INDEX_ALL);
}

static fallible merge_times(struct step *step, const struct plan *plan)
{
	for (size_t r = 0; r < plan->count; r++) {
		struct index_columns columns;
		TRY(index_read_columns(&step->txn, plan->tenant, &plan->runs[r], &columns));
		for (size_t i = 0; i < plan->runs[r].count; i++)
			index_put_time(&plan->made, index_row_time(&columns, i), &step->array);
	}
	return append(step, plan, INDEX_TIME);
}

/* One run's ids, which ascend. */
struct ids {
	struct span rest; /* from its next entry on */
	uint64_t next;    /* its id */
	size_t shift;     /* of its rows */
};

static void pass_ids(struct ids *source, size_t entries)
{
	source->rest = span_from(source->rest, entries * INDEX_ID_ENTRY);
	source->next = source->rest.len ? reader_u64_at(source->rest.at) : UINT64_MAX;
}

static fallible open_ids(struct step *step, const struct plan *plan, struct ids *sources)
{
	size_t shift = 0;
	for (size_t r = 0; r < plan->count; shift += plan->runs[r++].count) {
		TRY(index_array(&step->txn, plan->tenant, &plan->runs[r], INDEX_ID, &sources[r].rest));
		if (sources[r].rest.len != plan->runs[r].count * (size_t)INDEX_ID_ENTRY)
			return FAIL(CORRUPT, "a run has another number of ids than of rows");
		sources[r].shift = shift;
		pass_ids(&sources[r], 0);
	}
	return OK;
}

/* Of those that come next the least; of equal ones that of the older run: so the same rows always give the same array. */
static struct ids *least_ids(struct ids *sources, size_t count)
{
	struct ids *least = NULL;
	for (size_t r = 0; r < count; r++)
		if (sources[r].rest.len && (!least || sources[r].next < least->next))
			least = &sources[r];
	return least;
}

static fallible merge_ids(struct step *step, const struct plan *plan)
{
	struct ids sources[MERGE_RUNS_MAX] = {0}, *next;
	TRY(open_ids(step, plan, sources));
	while ((next = least_ids(sources, plan->count))) {
		index_put_id(next->rest.at, index_id_row(next->rest, 0) + next->shift, &step->array);
		pass_ids(next, 1);
	}
	return append(step, plan, INDEX_ID);
}

/* One run's values of the field that is being merged. */
struct source {
	struct posting_array postings;
	size_t next;       /* value */
	struct span value; /* that one; empty when all are through */
	struct posting_list list;
	uint32_t shift; /* of its rows */
};

static fallible advance(struct source *source)
{
	if (source->next == source->postings.count) {
		source->value = SPAN_NONE;
		return OK;
	}
	return posting_get(&source->postings, source->next++, &source->value, &source->list);
}

static fallible open_source(struct step *step, const struct plan *plan, const struct index_place *run,
	enum index_field field, struct posting_array *postings)
{
	uint32_t epoch;
	if (field == INDEX_WORDS)
		return index_words(&step->txn, plan->tenant, run, &epoch, postings);
	return index_postings(&step->txn, plan->tenant, run, field, postings);
}

static fallible open_sources(
	struct step *step, const struct plan *plan, enum index_field field, struct source *sources)
{
	uint32_t shift = 0;
	for (size_t r = 0; r < plan->count; shift += plan->runs[r++].count) {
		TRY(open_source(step, plan, &plan->runs[r], field, &sources[r].postings));
		sources[r].shift = shift;
		TRY(advance(&sources[r]));
	}
	return OK;
}

/* The least value that some source comes to next; empty when all are through. */
static struct span least_value(const struct source *sources, size_t count)
{
	struct span least = SPAN_NONE;
	for (size_t i = 0; i < count; i++) {
		struct span value = sources[i].value;
		if (value.len && (least.len == 0 || memcmp(value.at, least.at, value.len) < 0))
			least = value;
	}
	return least;
}

static fallible take_rows(struct step *step, struct source *source)
{
	uint32_t *rows = (uint32_t *)(void *)buf_room(&step->rows, source->list.count * sizeof *rows);
	TRY(buf_check(&step->rows));
	TRY(posting_rows(&source->list, source->shift, rows));
	return advance(source);
}

/* Runs follow each other, so the rows of a value ascend from run to run. */
static fallible merge_value(struct step *step, struct source *sources, size_t count, struct span value)
{
	buf_clear(&step->rows);
	for (size_t r = 0; r < count; r++)
		if (span_equal(sources[r].value, value))
			TRY(take_rows(step, &sources[r]));
	const uint32_t *rows = (const uint32_t *)(const void *)step->rows.data;
	posting_add(&step->maker, value, rows, step->rows.len / sizeof *rows);
	return OK;
}

static fallible merge_field(struct step *step, const struct plan *plan, enum index_field field)
{
	struct source sources[MERGE_RUNS_MAX] = {0};
	TRY(open_sources(step, plan, field, sources));
	posting_maker_open(&step->maker, index_value_width(field), plan->made.count);
	struct span value = least_value(sources, plan->count);
	for (; value.len; value = least_value(sources, plan->count))
		TRY(merge_value(step, sources, plan->count, value));
	posting_finish(&step->maker, &step->array);
	return append(step, plan, field);
}

/* Hashes under different keys cannot stand in one array: then there is none, and the rows are opened. */
static fallible merge_words(struct step *step, const struct plan *plan)
{
	uint32_t first = 0, epoch = 0;
	for (size_t r = 0; r < plan->count; r++) {
		struct posting_array postings;
		TRY(index_words(&step->txn, plan->tenant, &plan->runs[r], &epoch, &postings));
		first = r ? first : epoch;
		if (epoch == 0 || epoch != first)
			return OK;
	}
	index_put_epoch(epoch, &step->array);
	return merge_field(step, plan, INDEX_WORDS);
}

/* ---- one tenant ---- */

static fallible drop_arrays(struct step *step, const struct plan *plan, const struct index_place *run)
{
	for (enum index_field field = INDEX_ALL; field < INDEX_FIELD_COUNT; field++) {
		uint8_t key[INDEX_KEY];
		index_key(run->segment, plan->tenant, field, key);
		struct err err = kv_drop(&step->txn, (int)index_map_of(run), SPAN_BYTES(key));
		/* A field that no row has has no array. */
		if (err.kind != ERR_NOT_FOUND)
			TRY(err);
	}
	return OK;
}

static fallible replace_places(struct step *step, const struct plan *plan)
{
	for (size_t r = 0; r < plan->count; r++) {
		uint8_t key[INDEX_PLACE_KEY];
		TRY(drop_arrays(step, plan, &plan->runs[r]));
		index_place_key(plan->tenant, plan->runs[r].first, key);
		TRY(kv_drop(&step->txn, INDEX_PLACE, SPAN_BYTES(key)));
	}
	return index_put_place(&step->txn, plan->tenant, &plan->made);
}

static fallible merge_tenant(struct step *step, const struct plan *plan)
{
	TRY(merge_sequences(step, plan));
	TRY(merge_times(step, plan));
	TRY(merge_ids(step, plan));
	for (enum index_field field = INDEX_ACTION; field < INDEX_WORDS; field++)
		TRY(merge_field(step, plan, field));
	TRY(merge_words(step, plan));
	TRY(merge_field(step, plan, INDEX_BRANCH));
	return replace_places(step, plan);
}

/* ---- one step ---- */

/* Its number is higher than all before, so what the round writes goes behind all that was merged before. */
static fallible number_round(struct step *step)
{
	struct index_mark mark;
	if (step->merge->numbered)
		return OK;
	TRY(index_read_mark(&step->txn, &mark));
	step->merge->segment = mark.segments++;
	step->merge->numbered = true;
	return index_write_mark(&step->txn, &mark);
}

static fallible next_tenant(struct step *step, struct id *tenant)
{
	scoped(kv_cursor) tenants = {0};
	const struct id after = step->merge->after;
	TRY(kv_seek(&step->txn, INDEX_TENANT, SPAN_BYTES(after.bytes), &tenants));
	bool found = kv_next(&tenants);
	if (found && span_equal(tenants.key, SPAN_BYTES(after.bytes)))
		found = kv_next(&tenants);
	TRY(tenants.err);
	if (!found) {
		step->merge->ended = true;
		return OK;
	}
	if (tenants.key.len != sizeof tenant->bytes)
		return FAIL(CORRUPT, "the index has a tenant with a strange key");
	memcpy(tenant->bytes, tenants.key.at, sizeof tenant->bytes);
	return OK;
}

static fallible run_step(struct step *step)
{
	for (size_t i = 0; i < STEP_TENANTS && step->written < STEP_BYTES; i++) {
		struct plan plan;
		TRY(next_tenant(step, &plan.tenant));
		if (step->merge->ended)
			break;
		step->merge->after = plan.tenant;
		TRY(make_plan(step, plan.tenant, &plan));
		if (plan.count == 0)
			continue;
		TRY(number_round(step));
		plan.made.segment = step->merge->segment;
		TRY(merge_tenant(step, &plan));
	}
	return step->written ? kv_commit(&step->txn) : OK;
}

fallible merge_step(struct volume *volume, struct merge *merge)
{
	struct merge after = *merge;
	scoped(step) step = {.merge = &after,
		.array = BUF(MERGE_ARRAY_MAX),
		.rows = BUF(INDEX_RUN_MAX * sizeof(uint32_t))};
	TRY(kv_write(volume->index, &step.txn));
	TRY(run_step(&step));
	if (after.ended && after.again)
		after = (struct merge){0};
	*merge = after;
	return OK;
}
