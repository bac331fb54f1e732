/* SPDX-License-Identifier: Apache-2.0 */
/* facets - intersect what a query finds with the postings of each field. */
#include "store/index/facets.h"

#include "base/reader.h"
#include "store/nouns/retention.h"

enum {
	MS_PER_DAY = 86400000,
	AHEAD_MS = 300000 /* of its receipt: a caller's time at the most */,
	LOOK_WORK = 4 /* postings that a row of the log costs */,
	FACETS_SETS = 2,
	ACTION_CLASSES = ACTION_CLASS_COUNT
};

struct count {
	const struct facets_ask *ask;
	struct facets *facets;
	struct buf sets; /* two sets of rows */
	struct reading log;
	struct instant pruned_before; /* what is said to be later was not pruned; ms 0: nothing ever was */
};

void facets_done(struct facets *facets)
{
	tally_done(&facets->actors);
	tally_done(&facets->devices);
	tally_done(&facets->days);
}

/* ---- days ---- */

static int64_t day_of(struct instant time)
{
	/* A division rounds towards zero; before 1970 the day is the one below. */
	return time.ms / MS_PER_DAY - (time.ms % MS_PER_DAY < 0);
}

/* So that days sort as bytes. */
static void put_day(int64_t day, uint8_t value[static TALLY_VALUE])
{
	uint64_t v = (uint64_t)day ^ UINT64_C(1) << 63;
	memset(value, 0, TALLY_VALUE);
	for (size_t i = 8; i > 0; i--, v >>= 8)
		value[i - 1] = (uint8_t)v;
}

int64_t facets_day(const struct tally_row *row)
{
	struct reader reader = READER(span_of(row->value, 8));
	return (int64_t)(reader_u64(&reader) ^ UINT64_C(1) << 63);
}

static fallible add_day(struct facets *facets, int64_t day, uint64_t count)
{
	uint8_t value[TALLY_VALUE];
	put_day(day, value);
	return tally_add(&facets->days, value, count, 0);
}

/* ---- one value of one field ---- */

static fallible add_value(struct facets *facets, enum index_field field,
	const uint8_t value[static TALLY_VALUE], uint64_t count, uint64_t sequence)
{
	if (field == INDEX_ACTOR)
		return tally_add(&facets->actors, value, count, sequence);
	if (field == INDEX_DEVICE)
		return tally_add(&facets->devices, value, count, sequence);
	if (field == INDEX_CLASS && value[0] < ACTION_CLASS_COUNT)
		facets->classes[value[0]] += count;
	if (field == INDEX_OUTCOME && value[0] < FACETS_OUTCOMES)
		facets->outcomes[value[0]] += count;
	return OK;
}

static const enum index_field FIELDS[] = {INDEX_CLASS, INDEX_OUTCOME, INDEX_ACTOR, INDEX_DEVICE};
enum { FIELD_COUNT = sizeof FIELDS / sizeof FIELDS[0] };

/* ---- what was pruned ---- */

/* Until the index is made anew it has the values of what was pruned since. */
static fallible open_log(const struct volume *volume, struct count *count)
{
	struct pruned pruned;
	TRY(reading_open(volume, &count->log));
	struct view view = view_reading(&count->log);
	TRY(pruned_get(&view, count->ask->query->tenant, &pruned));
	if (pruned.count)
		count->pruned_before.ms = retention_before(pruned.last, RETENTION_LEAST).ms + AHEAD_MS;
	return OK;
}

/* A row that is newer than the snapshot was not. */
static fallible was_pruned(struct count *count, uint64_t sequence, bool *pruned)
{
	struct log_row row = {.leaf = SPAN_NONE};
	struct err err = log_get(&count->log.txn, sequence, &row);
	*pruned = !err_failed(err) && row.leaf.len == 0;
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

/* ---- the tail ---- */

/* As the index has it: also by the class of an action that a tenant declared. */
static bool is_hidden(const struct facets_ask *ask, const struct tail_row *row)
{
	return (action_code_classes(row->action) & ask->hidden) && !ids_equal(row->actor, ask->self);
}

static fallible count_row(void *context, const struct tail_row *row)
{
	struct count *count = context;
	bool pruned = ids_is_none(row->event);
	if (!pruned && row->time.ms < count->pruned_before.ms)
		TRY(was_pruned(count, row->sequence, &pruned));
	if (pruned || is_hidden(count->ask, row))
		return OK;
	for (size_t f = 0; f < FIELD_COUNT; f++) {
		uint8_t values[INDEX_VALUES_A_ROW][INDEX_VALUE_MAX] = {0};
		size_t found = index_row_values(row, FIELDS[f], values);
		for (size_t v = 0; v < found; v++)
			TRY(add_value(count->facets, FIELDS[f], values[v], 1, row->sequence));
	}
	count->facets->total++;
	return add_day(count->facets, day_of(row->time), 1);
}

/* ---- one run ---- */

static fallible mark_value(
	struct query_found *found, enum index_field field, struct span value, uint64_t *set)
{
	struct posting_array postings;
	struct posting_list list;
	TRY(index_postings(found->index, found->tenant, found->columns.place, field, &postings));
	TRY(posting_find(&postings, value, &list));
	found->work += 1 + list.count;
	return posting_mark(&list, set);
}

/* Take away the rows of hidden classes that are not the reader's own. */
static fallible hide(struct count *count, struct query_found *found)
{
	const struct facets_ask *ask = count->ask;
	size_t bytes = found->words * sizeof(uint64_t);
	buf_clear(&count->sets);
	uint8_t *room = buf_room(&count->sets, FACETS_SETS * bytes);
	TRY(buf_check(&count->sets));
	memset(room, 0, FACETS_SETS * bytes);
	uint64_t *hidden = (uint64_t *)(void *)room, *own = hidden + found->words;
	for (uint8_t class = 0; class < ACTION_CLASSES; class ++)
		if (ask->hidden & UINT32_C(1) << class)
			TRY(mark_value(found, INDEX_CLASS, span_of(&class, 1), hidden));
	TRY(mark_value(found, INDEX_ACTOR, SPAN_BYTES(ask->self.bytes), own));
	for (size_t i = 0; i < found->words; i++)
		found->rows[i] &= ~hidden[i] | own[i];
	return OK;
}

/* all: of every row of the run */
static fallible count_field(
	struct facets *facets, struct query_found *found, enum index_field field, bool all)
{
	struct posting_array postings;
	TRY(index_postings(found->index, found->tenant, found->columns.place, field, &postings));
	for (size_t i = 0; i < postings.count; i++) {
		uint8_t padded[TALLY_VALUE] = {0};
		struct posting_list list;
		struct span value;
		size_t count, row;
		TRY(posting_get(&postings, i, &value, &list));
		TRY(posting_count(&list, all ? NULL : found->rows, &count, &row));
		found->work += 1 + (list.bits.len ? list.bits.len / 8 : all ? 0 : list.count);
		memcpy(padded, value.at, value.len);
		uint64_t sequence = count ? index_row_sequence(&found->columns, row) : 0;
		TRY(add_value(facets, field, padded, count, sequence));
	}
	return OK;
}

static uint64_t count_rows(const struct query_found *found)
{
	uint64_t count = 0;
	for (size_t i = 0; i < found->words; i++)
		count += (uint64_t)__builtin_popcountll(found->rows[i]);
	return count;
}

/* Neighbours are mostly of one day: they are counted together. */
static fallible count_days(struct facets *facets, struct query_found *found, uint64_t rows)
{
	const struct index_place *place = found->columns.place;
	int64_t day = day_of(place->from);
	uint64_t count = 0;
	if (day_of(place->to) == day)
		return add_day(facets, day, rows);
	found->work += rows;
	for (size_t word = 0; word < found->words; word++)
		for (uint64_t bits = found->rows[word]; bits; bits &= bits - 1) {
			size_t row = word * 64 + (size_t)__builtin_ctzll(bits);
			int64_t its = day_of(index_row_time(&found->columns, row));
			if (its != day) {
				TRY(add_day(facets, day, count));
				day = its;
				count = 0;
			}
			count++;
		}
	return add_day(facets, day, count);
}

/* Pruned rows have no values: they are in every set of a query without conditions, and count nowhere. */
static fallible keep_unpruned(struct count *count, struct query_found *found)
{
	struct posting_array postings;
	size_t bytes = found->words * sizeof(uint64_t);
	buf_clear(&count->sets);
	uint8_t *room = buf_room(&count->sets, bytes);
	TRY(buf_check(&count->sets));
	memset(room, 0, bytes);
	uint64_t *known = (uint64_t *)(void *)room;
	TRY(index_postings(found->index, found->tenant, found->columns.place, INDEX_OUTCOME, &postings));
	for (size_t i = 0; i < postings.count; i++) {
		struct posting_list list;
		struct span value;
		TRY(posting_get(&postings, i, &value, &list));
		TRY(posting_mark(&list, known));
	}
	for (size_t i = 0; i < found->words; i++)
		found->rows[i] &= known[i];
	return OK;
}

/* And those that were pruned since the run was made. */
static fallible drop_pruned(struct count *count, struct query_found *found)
{
	if (found->columns.place->from.ms >= count->pruned_before.ms)
		return OK;
	for (size_t word = 0; word < found->words; word++)
		for (uint64_t bits = found->rows[word]; bits; bits &= bits - 1) {
			bool pruned = false;
			size_t row = word * 64 + (size_t)__builtin_ctzll(bits);
			if (index_row_time(&found->columns, row).ms < count->pruned_before.ms) {
				TRY(was_pruned(count, index_row_sequence(&found->columns, row), &pruned));
				found->work += LOOK_WORK;
			}
			if (pruned)
				found->rows[word] &= ~(bits & -bits);
		}
	return OK;
}

static fallible count_run(void *context, struct query_found *found)
{
	struct count *count = context;
	TRY(keep_unpruned(count, found));
	TRY(drop_pruned(count, found));
	if (count->ask->hidden)
		TRY(hide(count, found));
	uint64_t rows = count_rows(found);
	if (rows == 0)
		return OK;
	for (size_t i = 0; i < FIELD_COUNT; i++)
		TRY(count_field(count->facets, found, FIELDS[i], rows == found->columns.place->count));
	count->facets->total += rows;
	return count_days(count->facets, found, rows);
}

/* ---- the whole ---- */

static fallible visit(const struct volume *volume, struct count *count)
{
	struct query_page page;
	struct query query = *count->ask->query;
	const struct query_visitor visitor = {count, count_row, count_run};
	query.work_max = query.work_max ? query.work_max : FACETS_WORK_MAX;
	TRY(query_visit(volume, &query, &visitor, &page));
	struct facets *facets = count->facets;
	facets->scanned_from = page.scanned_from;
	facets->scanned_to = page.scanned_to;
	facets->complete =
		page.complete && !facets->actors.full && !facets->devices.full && !facets->days.full;
	return OK;
}

fallible facets_count(const struct volume *volume, const struct facets_ask *ask, struct facets *facets)
{
	enum { SETS_BYTES = FACETS_SETS * INDEX_RUN_MAX / 8 + FACETS_SETS * 8 };
	struct facets made = {0};
	struct count count = {.ask = ask, .facets = &made, .sets = BUF(SETS_BYTES)};
	if (query_needs_comparison(ask->query))
		return FAIL(BUG, "facets are counted from clear fields alone");
	struct err err = open_log(volume, &count);
	if (!err_failed(err))
		err = visit(volume, &count);
	reading_done(&count.log);
	buf_done(&count.sets);
	if (err_failed(err)) {
		facets_done(&made);
		return err;
	}
	*facets = made;
	return OK;
}
