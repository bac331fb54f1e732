/* SPDX-License-Identifier: Apache-2.0 */
/* posting - a directory of values, then the lists of rows of those that more than one row has. */
#include "store/posting.h"

#include <endian.h>
#include <stdlib.h>

enum {
	HEADER = 4,
	WHERE = 4,                       /* bytes behind a value: how its rows lie, and where */
	BODY_MAX = POSTING_ROWS_MAX - 1, /* what 30 bits hold */
};

/* The two top bits of `where`. */
enum form {
	FORM_DELTAS = 0, /* the rest: where in the body; there a count, then the distances, as varints */
	FORM_BITS = 1,   /* the rest: where in the body; a bit a row */
	FORM_SINGLE = 2, /* the rest: the row */
};

/* ---- packing ---- */

static int by_value(const void *a, const void *b)
{
	const struct posting *left = a, *right = b;
	int order = memcmp(left->value, right->value, POSTING_VALUE_MAX);
	return order ? order : (left->row > right->row) - (left->row < right->row);
}

void posting_sort(struct posting *postings, size_t count)
{
	if (count)
		qsort(postings, count, sizeof *postings, by_value);
}

static void put_varint(struct buf *out, uint32_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_put_u8(out, (uint8_t)(v | 0x80));
	buf_put_u8(out, (uint8_t)v);
}

static size_t varint_size(uint32_t v)
{
	size_t size = 1;
	for (; v >= 0x80; v >>= 7)
		size++;
	return size;
}

static void put_le(struct buf *out, uint32_t v)
{
	uint32_t little = htole32(v);
	buf_put(out, span_of(&little, sizeof little));
}

/* How many from the first on have its value. */
static size_t run_of(const struct posting *first, size_t count)
{
	size_t run = 1;
	while (run < count && memcmp(first[run].value, first->value, POSTING_VALUE_MAX) == 0)
		run++;
	return run;
}

static size_t deltas_size(const struct posting *run, size_t count)
{
	size_t size = varint_size((uint32_t)count);
	for (size_t i = 0; i < count; i++)
		size += varint_size(run[i].row - (i ? run[i - 1].row : 0));
	return size;
}

static void put_bits(struct buf *body, const struct posting *run, size_t count, size_t rows)
{
	size_t bytes = (rows + 7) / 8;
	uint8_t *bits = buf_room(body, bytes);
	if (!bits)
		return;
	memset(bits, 0, bytes);
	for (size_t i = 0; i < count; i++)
		bits[run[i].row / 8] |= (uint8_t)(1u << run[i].row % 8);
}

/* The rows of one value into the body; what stands behind the value. */
static uint32_t put_run(struct buf *body, const struct posting *run, size_t count, size_t rows)
{
	uint32_t at = (uint32_t)body->len;
	if (count == 1)
		return (uint32_t)FORM_SINGLE << 30 | run->row;
	if (deltas_size(run, count) > (rows + 7) / 8) {
		put_bits(body, run, count, rows);
		return (uint32_t)FORM_BITS << 30 | at;
	}
	put_varint(body, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		put_varint(body, run[i].row - (i ? run[i - 1].row : 0));
	return (uint32_t)FORM_DELTAS << 30 | at;
}

void posting_pack(const struct posting *postings, size_t count, size_t width, size_t rows, struct buf *out)
{
	scoped(buf) body = BUF(BODY_MAX);
	uint32_t values = 0;
	for (size_t i = 0; i < count; i += run_of(postings + i, count - i))
		values++;
	put_le(out, values);
	for (size_t i = 0, run; i < count; i += run) {
		run = run_of(postings + i, count - i);
		buf_put(out, span_of(postings[i].value, width));
		put_le(out, put_run(&body, postings + i, run, rows));
	}
	buf_put(out, buf_span(&body));
	if (err_failed(body.err))
		out->err = body.err;
}

/* ---- reading ---- */

static uint32_t le_u32(const uint8_t *at)
{
	uint32_t v;
	memcpy(&v, at, sizeof v);
	return le32toh(v);
}

fallible posting_open(struct span bytes, size_t width, size_t rows, struct posting_array *array)
{
	struct posting_array opened = {.width = width, .rows = rows};
	if (bytes.len > 0 && bytes.len < HEADER)
		return FAIL(CORRUPT, "an array of the index has no header");
	if (bytes.len)
		opened.count = le_u32(bytes.at);
	struct span rest = span_from(bytes, HEADER);
	if (opened.count > rest.len / (width + WHERE))
		return FAIL(CORRUPT, "an array of the index has more values than bytes");
	opened.entries = span_first(rest, opened.count * (width + WHERE));
	opened.body = span_from(rest, opened.entries.len);
	*array = opened;
	return OK;
}

static const uint8_t *entry_at(const struct posting_array *array, size_t i)
{
	return array->entries.at + i * (array->width + WHERE);
}

/* The next number of *rest; at most five bytes. */
static bool take_varint(struct span *rest, uint32_t *v)
{
	uint64_t read = 0;
	for (size_t i = 0; i < rest->len && i < 5; i++) {
		read |= (uint64_t)(rest->at[i] & 0x7f) << (7 * i);
		if (rest->at[i] & 0x80)
			continue;
		*rest = span_from(*rest, i + 1);
		*v = (uint32_t)read;
		return read <= UINT32_MAX;
	}
	return false;
}

static size_t count_bits(struct span bits)
{
	size_t count = 0;
	for (size_t i = 0; i < bits.len; i++)
		count += (size_t)__builtin_popcount(bits.at[i]);
	return count;
}

static fallible open_list(const struct posting_array *array, uint32_t where, struct posting_list *list)
{
	struct posting_list opened = {.rows = array->rows};
	struct span rest = span_from(array->body, where & BODY_MAX);
	uint32_t count;
	switch (where >> 30) {
	case FORM_SINGLE:
		opened.single = where & BODY_MAX;
		opened.count = 1;
		break;
	case FORM_BITS:
		opened.bits = span_first(rest, (array->rows + 7) / 8);
		if (opened.bits.len < (array->rows + 7) / 8)
			return FAIL(CORRUPT, "a list of the index is cut");
		opened.count = count_bits(opened.bits);
		break;
	case FORM_DELTAS:
		if (!take_varint(&rest, &count) || count > rest.len)
			return FAIL(CORRUPT, "a list of the index is cut");
		opened.count = count;
		opened.deltas = rest;
		break;
	default:
		return FAIL(CORRUPT, "a list of the index has an unknown form");
	}
	*list = opened;
	return OK;
}

fallible posting_find(const struct posting_array *array, struct span value, struct posting_list *list)
{
	size_t low = 0, high = array->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(entry_at(array, middle), value.at, array->width);
		if (order == 0)
			return open_list(array, le_u32(entry_at(array, middle) + array->width), list);
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*list = (struct posting_list){.rows = array->rows};
	return OK;
}

fallible posting_get(
	const struct posting_array *array, size_t i, struct span *value, struct posting_list *list)
{
	const uint8_t *entry = entry_at(array, i);
	*value = span_of(entry, array->width);
	return open_list(array, le_u32(entry + array->width), list);
}

static fallible mark_one(const struct posting_list *list, uint64_t row, uint64_t *bits)
{
	if (row >= list->rows)
		return FAIL(CORRUPT, "a list of the index names a row behind the last");
	bits[row / 64] |= UINT64_C(1) << row % 64;
	return OK;
}

static fallible mark_deltas(const struct posting_list *list, uint64_t *bits)
{
	struct span rest = list->deltas;
	uint64_t row = 0;
	for (size_t i = 0; i < list->count; i++) {
		uint32_t delta;
		if (!take_varint(&rest, &delta))
			return FAIL(CORRUPT, "a list of the index is cut");
		row += delta;
		TRY(mark_one(list, row, bits));
	}
	return OK;
}

fallible posting_mark(const struct posting_list *list, uint64_t *bits)
{
	if (list->bits.len) {
		for (size_t i = 0; i < list->bits.len; i++)
			bits[i / 8] |= (uint64_t)list->bits.at[i] << 8 * (i % 8);
		/* What stands behind the last row is nobody's. */
		if (list->rows % 64)
			bits[list->rows / 64] &= (UINT64_C(1) << list->rows % 64) - 1;
		return OK;
	}
	if (list->count == 1 && list->deltas.len == 0)
		return mark_one(list, list->single, bits);
	return mark_deltas(list, bits);
}
