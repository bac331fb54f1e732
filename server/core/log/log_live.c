/* SPDX-License-Identifier: Apache-2.0 */
/* log_live - copy rows of the tail, sort their values, look a query's values up. */
#include "server/core/log/log_live.h"

#include "store/index/query_row.h"

#include <stdlib.h>

enum { MARKS = LOG_LIVE_ROWS / 64 };

/* One value of one row: ordered by value, then by row. */
struct log_live_value {
	uint64_t key; /* the field, and the end of the value: another value may have the same */
	uint32_t row;
};

/* Of an id the last bytes are the random ones. */
static uint64_t key_of(enum index_field field, const uint8_t value[static INDEX_VALUE_MAX])
{
	size_t width = index_value_width(field), skipped = width > 7 ? width - 7 : 0;
	uint64_t key = (uint64_t)field;
	for (size_t i = 0; i < 7; i++)
		key = key << 8 | (skipped + i < width ? value[skipped + i] : 0);
	return key;
}

static int by_key(const void *a, const void *b)
{
	const struct log_live_value *left = a, *right = b;
	int order = (left->key > right->key) - (left->key < right->key);
	return order ? order : (left->row > right->row) - (left->row < right->row);
}

/* ---- a wave ---- */

static size_t add_values(const struct tail_row *row, uint32_t number, struct log_live_value *values)
{
	size_t count = 0;
	for (enum index_field field = INDEX_ACTION; field < INDEX_FIELD_COUNT; field++) {
		uint8_t found[INDEX_VALUES_A_ROW][INDEX_VALUE_MAX] = {0};
		size_t had = index_row_values(row, field, found);
		for (size_t i = 0; i < had; i++)
			values[count++] = (struct log_live_value){key_of(field, found[i]), number};
	}
	return count;
}

static size_t count_values(const struct tail_row *row)
{
	size_t count = 0;
	for (enum index_field field = INDEX_ACTION; field < INDEX_FIELD_COUNT; field++) {
		uint8_t found[INDEX_VALUES_A_ROW][INDEX_VALUE_MAX];
		count += index_row_values(row, field, found);
	}
	return count;
}

/* sort_values - false without memory. */
static bool sort_values(struct log_wave *wave, struct arena *arena)
{
	size_t rows = (size_t)(wave->to - wave->from), room = 0, count = 0;
	for (size_t i = 0; i < rows; i++)
		room += count_values(&wave->rows[i]);
	struct log_live_value *values = arena_alloc(arena, room * sizeof *values);
	if (!values)
		return false;
	for (size_t i = 0; i < rows; i++)
		count += add_values(&wave->rows[i], (uint32_t)i, values + count);
	if (count)
		qsort(values, count, sizeof *values, by_key);
	wave->values = values;
	wave->value_count = count;
	return true;
}

/* copy_rows - those of [from, to) that are still there, each to its place; returns the index of the first. */
static uint64_t copy_rows(
	struct tail *tail, struct id tenant, uint64_t from, uint64_t to, struct tail_row *rows)
{
	uint64_t first = to;
	tail_lock(tail);
	struct tail_tenant *state = tail_tenant(tail, tenant);
	const struct tail_row *row = state ? tail_newest(tail, state) : NULL;
	for (; row && row->index >= from; row = tail_before(tail, row)) {
		if (row->index >= to)
			continue;
		rows[row->index - from] = *row;
		/* They die with the row in the tail. */
		rows[row->index - from].words = NULL;
		first = row->index;
	}
	tail_unlock(tail);
	return first;
}

void log_live_wave(const struct server *server, struct id tenant, uint64_t from, struct arena *arena,
	struct log_wave *wave)
{
	uint64_t to = tail_size_of(server->volume.tail, tenant);
	if (from > to)
		from = to;
	if (to - from > LOG_LIVE_ROWS)
		from = to - LOG_LIVE_ROWS;
	*wave = (struct log_wave){.from = to, .to = to};
	struct tail_row *rows = from < to ? arena_alloc(arena, (size_t)(to - from) * sizeof *rows) : NULL;
	if (!rows)
		return;
	struct log_wave made = {.to = to};
	made.from = copy_rows(server->volume.tail, tenant, from, to, rows);
	made.rows = rows + (made.from - from);
	if (sort_values(&made, arena))
		*wave = made;
}

/* ---- a query ---- */

/* The values with this key: [*low, *high). */
static void find_key(const struct log_wave *wave, uint64_t key, size_t *low, size_t *high)
{
	size_t begin = 0, end = wave->value_count;
	while (begin < end) {
		size_t middle = begin + (end - begin) / 2;
		if (wave->values[middle].key < key)
			begin = middle + 1;
		else
			end = middle;
	}
	*low = begin;
	while (end < wave->value_count && wave->values[end].key == key)
		end++;
	*high = end;
}

static size_t count_rows(const struct log_wave *wave, const struct query_field *field)
{
	size_t count = 0, low, high;
	for (size_t i = 0; i < field->count; i++) {
		find_key(wave, key_of((enum index_field)field->about, field->values[i]), &low, &high);
		count += high - low;
	}
	return count;
}

static void mark_rows(
	const struct log_wave *wave, const struct query_field *field, uint64_t marks[static MARKS])
{
	size_t low, high;
	for (size_t i = 0; i < field->count; i++) {
		find_key(wave, key_of((enum index_field)field->about, field->values[i]), &low, &high);
		for (; low < high; low++)
			marks[wave->values[low].row / 64] |= UINT64_C(1) << wave->values[low].row % 64;
	}
}

/* The field that leaves the fewest rows; NULL when there are no filters. */
static const struct query_field *rarest_field(
	const struct log_wave *wave, const struct query *query, size_t *least)
{
	const struct query_field *rarest = NULL;
	for (size_t i = 0; i < query->field_count; i++) {
		/* Sealed texts have no values here, and what has to be lacking leaves most rows. */
		if (query->fields[i].phrase_count || query->fields[i].sense == QUERY_LACKS)
			continue;
		size_t count = count_rows(wave, &query->fields[i]);
		if (rarest && count >= *least)
			continue;
		rarest = &query->fields[i];
		*least = count;
	}
	return rarest;
}

static bool is_for(const struct log_reader *reader, const struct query *query, const struct tail_row *row)
{
	const struct log_concerns concerns = {row->actor, row->client, row->branch, row->action};
	return query_row_takes(query, row) && log_read_may_see(reader, &concerns);
}

size_t log_live_find(const struct log_wave *wave, const struct log_reader *reader, const struct query *query,
	uint64_t from, uint32_t rows[static LOG_LIVE_ROWS])
{
	uint64_t marks[MARKS] = {0};
	size_t least = 0, found = 0, count = (size_t)(wave->to - wave->from);
	const struct query_field *rarest = rarest_field(wave, query, &least);
	if (rarest && least == 0)
		return 0;
	if (rarest)
		mark_rows(wave, rarest, marks);
	for (uint32_t i = from > wave->from ? (uint32_t)(from - wave->from) : 0; i < count; i++) {
		bool marked = !rarest || (marks[i / 64] >> i % 64 & 1);
		if (marked && is_for(reader, query, &wave->rows[i]))
			rows[found++] = i;
	}
	return found;
}
