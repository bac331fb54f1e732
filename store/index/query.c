/* SPDX-License-Identifier: Apache-2.0 */
/* query - intersect postings run by run, bounded in work. */
#include "store/index/query.h"

#include "base/buf.h"
#include "base/reader.h"
#include "store/index/query_row.h"

enum { QUERY_SETS_MAX = 256 * 1024 * 1024, SETS = 4 };

/* ---- building ---- */

static fallible field_of(struct query *query, int about, enum query_sense sense, struct query_field **found)
{
	for (size_t i = 0; i < query->field_count; i++)
		if (query->fields[i].about == about && query->fields[i].sense == sense) {
			*found = &query->fields[i];
			return OK;
		}
	if (about < INDEX_ACTION || about == INDEX_WORDS || about >= QUERY_ABOUT_END)
		return FAIL(BUG, "a query filters by a field that has no values");
	if (query->field_count == QUERY_FIELDS_MAX)
		return FAIL(TOO_LARGE, "a query has too many fields");
	*found = &query->fields[query->field_count++];
	(*found)->about = about;
	(*found)->sense = sense;
	(*found)->count = (*found)->phrase_count = 0;
	return OK;
}

void query_begin(struct query *query, struct id tenant)
{
	query->tenant = tenant;
	query->field_count = query->phrase_count = 0;
	query->compared = false;
	query->epoch = 0;
	query->from = query->to = (struct instant){0};
	query->order = QUERY_NEWEST_FIRST;
	query->limit = query->work_max = 0;
	query->resumes = false;
	query->after = query->until = 0;
}

fallible query_require(struct query *query, int about)
{
	struct query_field *found;
	return field_of(query, about, QUERY_HAS, &found);
}

fallible query_add_phrase(struct query *query, const struct query_phrase *phrase)
{
	struct query_field *found;
	TRY(field_of(query, phrase->about, QUERY_HAS, &found));
	if (phrase->count == 0 || phrase->count > WORDS_ASKED_MAX)
		return FAIL(BUG, "a phrase has no tokens, or too many");
	if (query->phrase_count == QUERY_PHRASES_MAX)
		return FAIL(TOO_LARGE, "a query has too many phrases");
	query->phrases[query->phrase_count++] = *phrase;
	found->phrase_count++;
	return OK;
}

static fallible add_value(
	struct query *query, enum index_field field, enum query_sense sense, struct span value)
{
	struct query_field *found;
	TRY(field_of(query, (int)field, sense, &found));
	if (field >= INDEX_FIELD_COUNT || value.len != index_value_width(field))
		return FAIL(BUG, "a value has another width than its field");
	if (found->count == QUERY_VALUES_MAX)
		return FAIL(TOO_LARGE, "a field of a query has too many values");
	memset(found->values[found->count], 0, INDEX_VALUE_MAX);
	memcpy(found->values[found->count++], value.at, value.len);
	return OK;
}

fallible query_add(struct query *query, enum index_field field, struct span value)
{
	return add_value(query, field, QUERY_HAS, value);
}

fallible query_exclude(struct query *query, enum index_field field, struct span value)
{
	return add_value(query, field, QUERY_LACKS, value);
}

bool query_needs_comparison(const struct query *query)
{
	return query->phrase_count > 0 || query->compared;
}

/* ---- one search ---- */

struct search {
	const struct query *query;
	struct query_page *page;
	const struct query_visitor *visitor; /* NULL: the page is filled */
	struct kv_txn index;
	uint64_t begin, end; /* indexes to look at: [begin, end) */
	uint64_t folded;     /* the tail held the indexes from here on */
	size_t work;
	uint64_t reached; /* where the next page goes on behind, if the work runs out */
	bool full;        /* the page has limit rows, and another one was seen */
	struct buf sets;  /* memory behind a run's sets of rows */
};

static void search_done(struct search *search)
{
	kv_txn_done(&search->index);
	buf_done(&search->sets);
}

/* Take one match; false when the page is full. */
static bool take_match(struct search *search, uint64_t sequence, uint64_t index)
{
	struct query_page *page = search->page;
	if (page->count == search->query->limit) {
		search->full = true;
		return false;
	}
	page->sequences[page->count] = sequence;
	page->indexes[page->count++] = index;
	return true;
}

/* ---- the tail ---- */

/* The one actor of all that the query looks for, if there is one. */
static bool only_actor(const struct query *query, struct id *actor)
{
	for (size_t i = 0; i < query->field_count; i++) {
		const struct query_field *field = &query->fields[i];
		if (field->about != INDEX_ACTOR || field->sense != QUERY_HAS || field->count != 1)
			continue;
		memcpy(actor->bytes, field->values[0], sizeof actor->bytes);
		return true;
	}
	return false;
}

static void walk_tail(
	const struct search *search, struct tail *tail, struct tail_tenant *tenant, struct tail_walk *walk)
{
	struct id actor;
	tail_walk(tail, tenant, only_actor(search->query, &actor) ? &actor : NULL, walk);
}

/* The next row of the tail that matches; NULL at the end. */
static const struct tail_row *next_match(struct search *search, struct tail_walk *walk)
{
	const struct tail_row *row;
	while ((row = tail_walk_next(walk)) && row->index >= search->folded) {
		search->work++;
		if (row->index >= search->begin && row->index < search->end &&
			query_row_takes(search->query, row))
			return row;
	}
	return NULL;
}

static void tail_newest_first(struct search *search, struct tail_walk *walk)
{
	const struct tail_row *row;
	while ((row = next_match(search, walk)) && take_match(search, row->sequence, row->index))
		;
}

static fallible visit_tail(struct search *search, struct tail_walk *walk)
{
	const struct tail_row *row;
	while ((row = next_match(search, walk)))
		TRY(search->visitor->row(search->visitor->context, row));
	return OK;
}

/* The rows are linked backwards only: gather the matches, and hand them on in the other direction later. */
static fallible gather_oldest_first(struct search *search, struct tail_walk *walk, struct buf *found)
{
	const struct tail_row *row;
	while ((row = next_match(search, walk))) {
		buf_put_u64(found, row->sequence);
		buf_put_u64(found, row->index);
	}
	return buf_check(found);
}

static void take_gathered(struct search *search, const struct buf *found)
{
	for (size_t at = found->len; at >= 16 && !search->full; at -= 16) {
		struct reader pair = READER(span_of(found->data + at - 16, 16));
		uint64_t sequence = reader_u64(&pair);
		take_match(search, sequence, reader_u64(&pair));
	}
}

/* ---- one run ---- */

/* What one run has for the query; rows are counted from its first. A set of rows has a bit a row. */
struct slice {
	const struct index_place *place;
	struct index_columns columns;
	struct posting_array tokens;
	size_t words;      /* of a set */
	uint64_t *matches; /* every condition so far */
	uint64_t *field;   /* the condition that is looked at */
	uint64_t *phrase;  /* the phrase that is looked at */
	uint64_t *token;   /* and one token of it */
};

static fallible open_sets(struct search *search, struct slice *slice)
{
	slice->words = ((size_t)slice->place->count + 63) / 64;
	buf_clear(&search->sets);
	uint8_t *sets = buf_room(&search->sets, SETS * slice->words * sizeof(uint64_t));
	TRY(buf_check(&search->sets));
	slice->matches = (uint64_t *)(void *)sets;
	slice->field = slice->matches + slice->words;
	slice->phrase = slice->field + slice->words;
	slice->token = slice->phrase + slice->words;
	return OK;
}

/* In *set only what both have; false when nothing is left. */
static bool keep_both(const struct slice *slice, uint64_t *set, const uint64_t *other)
{
	uint64_t any = 0;
	size_t words = slice->words; /* the compiler would have to read it again behind each write */
	for (size_t i = 0; i < words; i++) {
		set[i] &= other[i];
		any |= set[i];
	}
	return any != 0;
}

/* In *set only what the other one lacks; false when nothing is left. */
static bool keep_others(const struct slice *slice, uint64_t *set, const uint64_t *other)
{
	uint64_t any = 0;
	size_t words = slice->words;
	for (size_t i = 0; i < words; i++) {
		set[i] &= ~other[i];
		any |= set[i];
	}
	return any != 0;
}

static void empty(const struct slice *slice, uint64_t *set)
{
	memset(set, 0, slice->words * sizeof *set);
}

/* The rows inside the range of indexes. */
static void mark_range(const struct search *search, struct slice *slice)
{
	uint64_t first = slice->place->first, count = slice->place->count;
	size_t low = search->begin > first ? (size_t)(search->begin - first) : 0;
	size_t high = search->end < first + count ? (size_t)(search->end - first) : (size_t)count;
	empty(slice, slice->matches);
	if (low >= high)
		return;
	for (size_t word = low / 64; word * 64 < high; word++)
		slice->matches[word] = UINT64_MAX;
	slice->matches[low / 64] &= UINT64_MAX << low % 64;
	if (high % 64)
		slice->matches[high / 64] &= (UINT64_C(1) << high % 64) - 1;
}

static fallible mark_list(struct search *search, const struct posting_list *list, uint64_t *set)
{
	search->work += 1 + (list->bits.len ? list->bits.len / 8 : list->count);
	return posting_mark(list, set);
}

static fallible mark_values(struct search *search, struct slice *slice, const struct query_field *field)
{
	struct posting_array postings;
	struct posting_list list;
	if (field->count == 0)
		return OK;
	TRY(index_postings(&search->index, search->query->tenant, slice->place,
		(enum index_field)field->about, &postings));
	for (size_t i = 0; i < field->count; i++) {
		TRY(posting_find(&postings, span_of(field->values[i], postings.width), &list));
		TRY(mark_list(search, &list, slice->field));
	}
	return OK;
}

/* The rows that have every token, added to those of the condition. */
static fallible mark_phrase(struct search *search, struct slice *slice, const struct query_phrase *phrase)
{
	struct posting_list lists[WORDS_ASKED_MAX];
	uint8_t value[INDEX_TOKEN];
	for (size_t i = 0; i < phrase->count; i++) {
		index_token(phrase->tokens[i], value);
		TRY(posting_find(&slice->tokens, SPAN_BYTES(value), &lists[i]));
		search->work++;
		if (lists[i].count == 0)
			return OK;
	}
	empty(slice, slice->phrase);
	TRY(mark_list(search, &lists[0], slice->phrase));
	for (size_t i = 1; i < phrase->count; i++) {
		empty(slice, slice->token);
		TRY(mark_list(search, &lists[i], slice->token));
		keep_both(slice, slice->phrase, slice->token);
	}
	for (size_t i = 0; i < slice->words; i++)
		slice->field[i] |= slice->phrase[i];
	return OK;
}

static fallible mark_phrases(struct search *search, struct slice *slice, const struct query_field *field)
{
	if (field->phrase_count == 0)
		return OK;
	uint32_t epoch;
	TRY(index_words(&search->index, search->query->tenant, slice->place, &epoch, &slice->tokens));
	/* Any row may have any word. */
	if (epoch != search->query->epoch) {
		memset(slice->field, 0xff, slice->words * sizeof *slice->field);
		return OK;
	}
	for (size_t i = 0; i < search->query->phrase_count; i++)
		if (search->query->phrases[i].about == field->about)
			TRY(mark_phrase(search, slice, &search->query->phrases[i]));
	return OK;
}

/* Set *found when a row of the range meets every condition but that of time. */
static fallible match_rows(struct search *search, struct slice *slice, bool *found)
{
	const struct query *query = search->query;
	*found = true;
	mark_range(search, slice);
	for (size_t i = 0; i < query->field_count && *found; i++) {
		empty(slice, slice->field);
		TRY(mark_values(search, slice, &query->fields[i]));
		TRY(mark_phrases(search, slice, &query->fields[i]));
		search->work += slice->words / 8;
		*found = query->fields[i].sense == QUERY_HAS
			? keep_both(slice, slice->matches, slice->field)
			: keep_others(slice, slice->matches, slice->field);
	}
	return OK;
}

static void take_slice_row(struct search *search, const struct slice *slice, size_t row)
{
	search->work++;
	if (query_row_in_time(search->query, index_row_time(&slice->columns, row)))
		take_match(search, index_row_sequence(&slice->columns, row), slice->place->first + row);
}

static void take_newest_first(struct search *search, const struct slice *slice)
{
	for (size_t word = slice->words; word > 0; word--)
		for (uint64_t bits = slice->matches[word - 1]; bits && !search->full;) {
			size_t bit = 63 - (size_t)__builtin_clzll(bits);
			take_slice_row(search, slice, (word - 1) * 64 + bit);
			bits &= ~(UINT64_C(1) << bit);
		}
}

static void take_oldest_first(struct search *search, const struct slice *slice)
{
	for (size_t word = 0; word < slice->words; word++)
		for (uint64_t bits = slice->matches[word]; bits && !search->full; bits &= bits - 1)
			take_slice_row(search, slice, word * 64 + (size_t)__builtin_ctzll(bits));
}

static bool overlaps_in_time(const struct query *query, const struct index_place *place)
{
	return (query->from.ms == 0 || place->to.ms >= query->from.ms) &&
		(query->to.ms == 0 || place->from.ms < query->to.ms);
}

/* Of the rows only those whose time is inside the query's; false when none is. */
static bool keep_in_time(const struct search *search, struct slice *slice)
{
	const struct query *query = search->query;
	uint64_t any = 0;
	bool all_are =
		query_row_in_time(query, slice->place->from) && query_row_in_time(query, slice->place->to);
	for (size_t word = 0; word < slice->words; word++) {
		for (uint64_t bits = all_are ? 0 : slice->matches[word]; bits; bits &= bits - 1) {
			size_t bit = (size_t)__builtin_ctzll(bits);
			if (!query_row_in_time(query, index_row_time(&slice->columns, word * 64 + bit)))
				slice->matches[word] &= ~(UINT64_C(1) << bit);
		}
		any |= slice->matches[word];
	}
	return any != 0;
}

static fallible visit_run(struct search *search, struct slice *slice)
{
	struct query_found found = {.index = &search->index,
		.tenant = search->query->tenant,
		.columns = slice->columns,
		.rows = slice->matches,
		.words = slice->words};
	if (!keep_in_time(search, slice))
		return OK;
	TRY(search->visitor->run(search->visitor->context, &found));
	search->work += found.work;
	return OK;
}

/* One run that has an index inside the range. */
static fallible search_run(struct search *search, const struct index_place *place)
{
	struct slice slice = {.place = place};
	bool found;
	search->work++;
	if (!overlaps_in_time(search->query, place))
		return OK;
	TRY(open_sets(search, &slice));
	TRY(match_rows(search, &slice, &found));
	if (!found)
		return OK;
	TRY(index_read_columns(&search->index, search->query->tenant, place, &slice.columns));
	if (search->visitor)
		return visit_run(search, &slice);
	if (search->query->order == QUERY_NEWEST_FIRST)
		take_newest_first(search, &slice);
	else
		take_oldest_first(search, &slice);
	return OK;
}

/* ---- all runs of the tenant ---- */

/* Before the place that has the first index of the range, in the query's direction. */
static fallible seek_places(struct search *search, struct kv_cursor *places)
{
	uint8_t key[INDEX_PLACE_KEY];
	bool newest_first = search->query->order == QUERY_NEWEST_FIRST;
	index_place_key(search->query->tenant, newest_first ? search->end - 1 : search->begin, key);
	TRY(kv_seek_back(&search->index, INDEX_PLACE, SPAN_BYTES(key), places));
	if (newest_first || !kv_next(places))
		return places->err;
	if (places->key.len == sizeof key)
		memcpy(key, places->key.at, sizeof key);
	return kv_seek(&search->index, INDEX_PLACE, SPAN_BYTES(key), places);
}

static fallible next_place(
	struct search *search, struct kv_cursor *places, uint64_t wanted, struct index_place *place)
{
	bool found = kv_next(places) && span_starts(places->key, SPAN_BYTES(search->query->tenant.bytes));
	TRY(places->err);
	if (found)
		TRY(index_decode_place(places->key, places->value, place));
	if (!found || wanted < place->first || wanted - place->first >= place->count)
		return FAIL(CORRUPT, "the index lacks a run of a tenant's rows");
	return OK;
}

static fallible search_runs(struct search *search)
{
	scoped(kv_cursor) places = {0};
	struct index_place place = {0};
	bool newest_first = search->query->order == QUERY_NEWEST_FIRST;
	size_t work_max = search->query->work_max ? search->query->work_max : QUERY_WORK_MAX;
	search->end = search->end < search->folded ? search->end : search->folded;
	uint64_t from = search->begin, to = search->end; /* not searched yet */
	if (from < to)
		TRY(seek_places(search, &places));
	while (from < to && !search->full) {
		TRY(next_place(search, &places, newest_first ? to - 1 : from, &place));
		TRY(search_run(search, &place));
		if (newest_first)
			to = place.first;
		else
			from = place.first + place.count;
		if (search->work > work_max && from < to) {
			search->page->complete = false;
			search->reached = newest_first ? to : from - 1;
			return OK;
		}
	}
	return OK;
}

/* ---- the whole ---- */

static void set_range(struct search *search, uint64_t size)
{
	const struct query *query = search->query;
	bool newest_first = query->order == QUERY_NEWEST_FIRST;
	search->end = query->until && query->until < size ? query->until : size;
	if (query->resumes && newest_first && query->after < search->end)
		search->end = query->after;
	if (query->resumes && !newest_first)
		search->begin = query->after < search->end ? query->after + 1 : search->end;
	if (search->begin >= search->end)
		return;
	search->page->scanned_from = search->begin;
	search->page->scanned_to = search->end - 1;
}

static fallible search_tail(struct search *search, struct tail *tail, struct buf *later)
{
	struct tail_tenant *tenant = tail_tenant(tail, search->query->tenant);
	if (!tenant)
		return OK;
	search->folded = tail_folded_size(tenant);
	set_range(search, tail_size(tenant));
	struct tail_walk walk;
	walk_tail(search, tail, tenant, &walk);
	if (search->visitor)
		return visit_tail(search, &walk);
	if (search->query->order == QUERY_OLDEST_FIRST)
		return gather_oldest_first(search, &walk, later);
	tail_newest_first(search, &walk);
	return OK;
}

/* Empty. Its rows are not overwritten: they count as far as `count` says. */
static void begin_page(struct query_page *page)
{
	page->count = 0;
	page->more = false;
	page->last = page->scanned_to = 0;
	page->scanned_from = 1;
	page->complete = true;
}

static void close_page(struct search *search)
{
	struct query_page *page = search->page;
	page->complete = page->complete || search->full;
	page->more = search->full || !page->complete;
	if (!page->more)
		return;
	page->last = search->full ? page->indexes[page->count - 1] : search->reached;
	if (search->query->order == QUERY_NEWEST_FIRST)
		page->scanned_from = page->last;
	else
		page->scanned_to = page->last;
}

static fallible run(const struct volume *volume, const struct query *query,
	const struct query_visitor *visitor, struct query_page *page)
{
	scoped(search)
		search = {.query = query, .page = page, .visitor = visitor, .sets = BUF(QUERY_SETS_MAX)};
	scoped(buf) later = BUF((size_t)32 * TAIL_MAX);
	begin_page(page);
	tail_lock(volume->tail);
	struct err err = search_tail(&search, volume->tail, &later);
	tail_unlock(volume->tail);
	TRY(err);
	/* After the tail was walked, so that what was folded meanwhile is found here. */
	if (!search.full) {
		TRY(kv_read(volume->index, &search.index));
		TRY(search_runs(&search));
	}
	/* Newer than all runs: they come once those are through. */
	if (page->complete)
		take_gathered(&search, &later);
	close_page(&search);
	return OK;
}

fallible query_run(const struct volume *volume, const struct query *query, struct query_page *page)
{
	if (query->limit == 0 || query->limit > QUERY_LIMIT_MAX)
		return FAIL(BUG, "a page has 1 to 500 rows");
	return run(volume, query, NULL, page);
}

fallible query_visit(const struct volume *volume, const struct query *query,
	const struct query_visitor *visitor, struct query_page *page)
{
	struct query newest_first = *query;
	newest_first.order = QUERY_NEWEST_FIRST;
	return run(volume, &newest_first, visitor, page);
}
