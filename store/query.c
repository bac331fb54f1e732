/* SPDX-License-Identifier: Apache-2.0 */
/* query - intersect postings segment by segment, bounded in work. */
#include "store/query.h"

#include "base/buf.h"
#include "base/reader.h"

#include <stdlib.h>

enum { QUERY_SCRATCH = 64 * 1024 * 1024, ALL_HEADER = 8 };

/* ---- building ---- */

static fallible field_of(struct query *query, enum index_field field, struct query_field **found)
{
	for (size_t i = 0; i < query->field_count; i++)
		if (query->fields[i].field == field) {
			*found = &query->fields[i];
			return OK;
		}
	if (query->field_count == QUERY_FIELDS_MAX)
		return FAIL(TOO_LARGE, "a query has too many fields");
	*found = &query->fields[query->field_count++];
	**found = (struct query_field){.field = field};
	return OK;
}

fallible query_require(struct query *query, enum index_field field)
{
	struct query_field *found;
	return field_of(query, field, &found);
}

fallible query_add(struct query *query, enum index_field field, struct span value)
{
	struct query_field *found;
	TRY(field_of(query, field, &found));
	if (found->count == QUERY_VALUES_MAX || value.len > INDEX_VALUE_MAX)
		return FAIL(TOO_LARGE, "a field of a query has too many values");
	memcpy(found->values[found->count++], value.at, value.len);
	return OK;
}

/* ---- one search ---- */

struct search {
	const struct query *query;
	struct query_page *page;
	struct kv_txn index;
	uint64_t begin, end;  /* indexes to look at: [begin, end) */
	uint64_t folded;      /* the tail held the indexes from here on */
	size_t work;
	uint64_t reached;     /* the last index that was looked at, if the work runs out */
	bool full;            /* the page has limit rows, and another one was seen */
	struct buf scratch;   /* unions of postings */
};

static void search_done(struct search *search)
{
	kv_txn_done(&search->index);
	buf_done(&search->scratch);
}

static bool in_time(const struct query *query, struct instant time)
{
	return (query->from.ms == 0 || time.ms >= query->from.ms) && (query->to.ms == 0 || time.ms < query->to.ms);
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

static bool has_value(const struct query_field *field, const uint8_t value[static INDEX_VALUE_MAX])
{
	for (size_t i = 0; i < field->count; i++)
		if (memcmp(field->values[i], value, INDEX_VALUE_MAX) == 0)
			return true;
	return false;
}

static bool field_matches(const struct query_field *field, const struct tail_row *row)
{
	uint8_t values[INDEX_VALUES_A_ROW][INDEX_VALUE_MAX] = {0};
	size_t count = index_row_values(row, field->field, values);
	for (size_t i = 0; i < count; i++)
		if (has_value(field, values[i]))
			return true;
	return false;
}

static bool row_matches(const struct query *query, const struct tail_row *row)
{
	if (!in_time(query, row->time))
		return false;
	for (size_t i = 0; i < query->field_count; i++)
		if (!field_matches(&query->fields[i], row))
			return false;
	return true;
}

static bool in_range(const struct search *search, const struct tail_row *row)
{
	return row->index >= search->begin && row->index < search->end;
}

static void tail_newest_first(struct search *search, struct tail *tail, const struct tail_row *row)
{
	for (; row && row->index >= search->folded; row = tail_before(tail, row)) {
		search->work++;
		if (in_range(search, row) && row_matches(search->query, row) && !take_match(search, row->sequence, row->index))
			return;
	}
}

/* The rows are linked backwards only: gather the matches, and hand them on in the other direction later. */
static fallible gather_oldest_first(struct search *search, struct tail *tail, const struct tail_row *row, struct buf *found)
{
	for (; row && row->index >= search->folded; row = tail_before(tail, row)) {
		search->work++;
		if (!in_range(search, row) || !row_matches(search->query, row))
			continue;
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

/* ---- one segment ---- */

struct list {
	struct span array; /* offsets, 4 bytes each */
	size_t count;
};

static uint32_t list_offset(const struct list *list, size_t i)
{
	return index_u32(list->array, i, 4);
}

/* The first position whose offset is >= bound. */
static size_t lower_bound(const struct list *list, uint32_t bound)
{
	size_t low = 0, high = list->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (list_offset(list, middle) < bound)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int by_offset(const void *a, const void *b)
{
	uint32_t left, right;
	memcpy(&left, a, sizeof left);
	memcpy(&right, b, sizeof right);
	return (left > right) - (left < right);
}

/* Several values of one field: their postings in one sorted list. A row that has two of the values stands in it once. */
static void unite(struct search *search, struct list *list)
{
	uint32_t *offsets = (uint32_t *)(void *)search->scratch.data;
	size_t count = search->scratch.len / 4, kept = 0;
	qsort(offsets, count, 4, by_offset);
	for (size_t i = 0; i < count; i++)
		if (kept == 0 || offsets[kept - 1] != offsets[i])
			offsets[kept++] = offsets[i];
	*list = (struct list){.array = span_of(offsets, kept * 4), .count = kept};
}

static fallible field_list(struct search *search, uint32_t segment, const struct query_field *field, struct list *list)
{
	size_t width = index_value_width(field->field);
	struct span array = SPAN_NONE;
	buf_clear(&search->scratch);
	for (size_t i = 0; i < field->count; i++) {
		TRY(index_posting(&search->index, segment, search->query->tenant, field->field, span_of(field->values[i], width),
			&array));
		if (field->count > 1)
			buf_put(&search->scratch, array);
	}
	search->work += 1 + search->scratch.len / 4;
	TRY(buf_check(&search->scratch));
	if (field->count > 1)
		unite(search, list);
	else
		*list = (struct list){.array = array, .count = array.len / 4};
	return OK;
}

/* What one segment has of the tenant. */
struct slice {
	struct index_segment segment;
	struct list all;
	struct span times;
	uint64_t first_index;
	struct list lists[QUERY_FIELDS_MAX];
	struct buf unions[QUERY_FIELDS_MAX]; /* memory behind lists of several values */
	size_t shortest; /* which list leads; QUERY_FIELDS_MAX: all of them */
};

static void slice_done(struct slice *slice)
{
	for (size_t i = 0; i < QUERY_FIELDS_MAX; i++)
		buf_done(&slice->unions[i]);
}

static fallible open_slice(struct search *search, uint32_t number, struct slice *slice)
{
	const struct query *query = search->query;
	struct span all;
	TRY(index_posting(&search->index, number, query->tenant, INDEX_ALL, SPAN_NONE, &all));
	if (all.len < ALL_HEADER)
		return OK;
	TRY(index_read_segment(&search->index, number, &slice->segment));
	TRY(index_posting(&search->index, number, query->tenant, INDEX_TIME, SPAN_NONE, &slice->times));
	struct reader header = READER(all);
	slice->first_index = reader_u64(&header);
	slice->all = (struct list){.array = span_from(all, ALL_HEADER), .count = (all.len - ALL_HEADER) / 4};
	slice->shortest = QUERY_FIELDS_MAX;
	size_t least = slice->all.count;
	for (size_t i = 0; i < query->field_count; i++) {
		TRY(field_list(search, number, &query->fields[i], &slice->lists[i]));
		if (query->fields[i].count > 1) {
			slice->unions[i] = take(&search->scratch);
			search->scratch = BUF(QUERY_SCRATCH);
		}
		if (slice->lists[i].count <= least) {
			least = slice->lists[i].count;
			slice->shortest = i;
		}
	}
	return OK;
}

static bool has_offset(const struct list *list, uint32_t offset)
{
	size_t at = lower_bound(list, offset);
	return at < list->count && list_offset(list, at) == offset;
}

/* Whether the row at an offset, which the leading list named, matches everything else; then it is taken. False: page full. */
static bool try_offset(struct search *search, const struct slice *slice, uint32_t offset)
{
	const struct query *query = search->query;
	search->work++;
	for (size_t i = 0; i < query->field_count; i++)
		if (i != slice->shortest && !has_offset(&slice->lists[i], offset))
			return true;
	size_t position = lower_bound(&slice->all, offset);
	uint64_t index = slice->first_index + position;
	if (index < search->begin || index >= search->end)
		return true;
	if ((query->from.ms || query->to.ms) && !in_time(query, (struct instant){index_i64(slice->times, position, 8)}))
		return true;
	return take_match(search, slice->segment.first + offset, index);
}

/* The part of the leading list that lies inside the range of indexes: [*low, *high). */
static void leading_range(const struct search *search, const struct slice *slice, const struct list *lead, size_t *low,
	size_t *high)
{
	uint64_t first = slice->first_index, count = slice->all.count;
	*low = 0;
	*high = lead->count;
	if (search->end <= first || search->begin >= first + count)
		*high = 0;
	else if (search->end < first + count)
		*high = lower_bound(lead, list_offset(&slice->all, (size_t)(search->end - first)));
	if (*high && search->begin > first)
		*low = lower_bound(lead, list_offset(&slice->all, (size_t)(search->begin - first)));
}

static fallible search_segment(struct search *search, uint32_t number)
{
	scoped(slice) slice = {0};
	TRY(open_slice(search, number, &slice));
	const struct query *query = search->query;
	if (slice.all.count == 0)
		return OK;
	search->reached = slice.first_index + (query->order == QUERY_NEWEST_FIRST ? 0 : slice.all.count - 1);
	if ((query->from.ms && slice.segment.to.ms < query->from.ms) ||
		(query->to.ms && slice.segment.from.ms >= query->to.ms))
		return OK;
	const struct list *lead = slice.shortest < QUERY_FIELDS_MAX ? &slice.lists[slice.shortest] : &slice.all;
	size_t low, high;
	bool going = true;
	leading_range(search, &slice, lead, &low, &high);
	for (size_t i = 0; going && low + i < high; i++)
		going = try_offset(search, &slice, list_offset(lead, query->order == QUERY_NEWEST_FIRST ? high - 1 - i : low + i));
	return OK;
}

static fallible search_segments(struct search *search)
{
	struct index_mark mark;
	TRY(index_read_mark(&search->index, &mark));
	search->end = search->end < search->folded ? search->end : search->folded;
	for (uint32_t i = 0; i < mark.segments && !search->full; i++) {
		uint32_t number = search->query->order == QUERY_NEWEST_FIRST ? mark.segments - 1 - i : i;
		if (search->work > QUERY_WORK_MAX) {
			search->page->complete = false;
			return OK;
		}
		TRY(search_segment(search, number));
	}
	return OK;
}

/* ---- the whole ---- */

static void set_range(struct search *search, uint64_t size)
{
	const struct query *query = search->query;
	bool newest_first = query->order == QUERY_NEWEST_FIRST;
	search->end = size;
	if (query->resumes && newest_first && query->after < size)
		search->end = query->after;
	if (query->resumes && !newest_first)
		search->begin = query->after + 1 < size ? query->after + 1 : size;
	search->page->scanned_from = search->begin;
	search->page->scanned_to = search->end - 1;
	if (search->begin >= search->end)
		search->page->scanned_from = search->end;
}

static fallible search_tail(struct search *search, struct tail *tail, struct buf *later)
{
	struct tail_tenant *tenant = tail_tenant(tail, search->query->tenant);
	if (!tenant)
		return OK;
	search->folded = tail_folded_size(tenant);
	set_range(search, tail_size(tenant));
	const struct tail_row *newest = tail_newest(tail, tenant);
	if (search->query->order == QUERY_OLDEST_FIRST)
		return gather_oldest_first(search, tail, newest, later);
	tail_newest_first(search, tail, newest);
	return OK;
}

static void close_page(struct search *search)
{
	struct query_page *page = search->page;
	page->more = search->full || !page->complete;
	if (!page->more)
		return;
	page->last = search->full ? page->indexes[page->count - 1] : search->reached;
	if (search->query->order == QUERY_NEWEST_FIRST)
		page->scanned_from = page->last;
	else
		page->scanned_to = page->last;
}

fallible query_run(const struct volume *volume, const struct query *query, struct query_page *page)
{
	scoped(search) search = {.query = query, .page = page, .scratch = BUF(QUERY_SCRATCH)};
	scoped(buf) later = BUF((size_t)32 * TAIL_MAX);
	*page = (struct query_page){.complete = true, .scanned_from = 1};
	tail_lock(volume->tail);
	struct err err = search_tail(&search, volume->tail, &later);
	tail_unlock(volume->tail);
	TRY(err);
	/* After the tail was walked, so that what was folded meanwhile is found here. */
	if (!search.full) {
		uint64_t end = search.end;
		TRY(kv_read(volume->index, &search.index));
		TRY(search_segments(&search));
		search.end = end;
	}
	take_gathered(&search, &later);
	close_page(&search);
	return OK;
}
