/* SPDX-License-Identifier: Apache-2.0 */
/* posting - a directory of values, then the lists of rows of those that more than one row has. */
#include "store/index/posting.h"

#include "base/reader.h"

#include <endian.h>
#include <stdlib.h>

enum {
	HEADER = 4,
	WHERE = 4,                       /* bytes behind a value: how its rows lie, and where */
	BODY_MAX = POSTING_ROWS_MAX - 1, /* what 30 bits hold */
	/* A bit a row is read some fifteen times as fast as distances: it is taken while it is less than so many times as long. */
	BITS_WORTH = 2,
};

/* The two top bits of `where`. */
enum form {
	FORM_DELTAS = 0, /* the rest: where in the body; there a count, then the distances, as varints */
	FORM_BITS = 1,   /* the rest: where in the body; a bit a row */
	FORM_SINGLE = 2, /* the rest: the row */
};

/* ---- packing ---- */

static inline int order_of(uint64_t left, uint64_t right)
{
	return (left > right) - (left < right);
}

static int by_value(const void *a, const void *b)
{
	const struct posting *left = a, *right = b;
	int order = order_of(reader_u64_at(left->value), reader_u64_at(right->value));
	if (order == 0)
		order = order_of(reader_u64_at(left->value + 8), reader_u64_at(right->value + 8));
	return order ? order : order_of(left->row, right->row);
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

static size_t deltas_size(const uint32_t *rows, size_t count)
{
	size_t size = varint_size((uint32_t)count);
	for (size_t i = 0; i < count; i++)
		size += varint_size(rows[i] - (i ? rows[i - 1] : 0));
	return size;
}

static void put_bits(struct buf *body, const uint32_t *rows, size_t count, size_t bytes)
{
	uint8_t *bits = buf_room(body, bytes);
	if (!bits)
		return;
	memset(bits, 0, bytes);
	for (size_t i = 0; i < count; i++)
		bits[rows[i] / 8] |= (uint8_t)(1u << rows[i] % 8);
}

/* The rows of one value into the body; what stands behind the value. */
static uint32_t put_rows(struct posting_maker *maker, const uint32_t *rows, size_t count)
{
	uint32_t at = (uint32_t)maker->body.len;
	size_t bytes = (maker->rows + 7) / 8;
	if (count == 1)
		return (uint32_t)FORM_SINGLE << 30 | rows[0];
	if (deltas_size(rows, count) * BITS_WORTH > bytes) {
		put_bits(&maker->body, rows, count, bytes);
		return (uint32_t)FORM_BITS << 30 | at;
	}
	put_varint(&maker->body, (uint32_t)count);
	for (size_t i = 0; i < count; i++)
		put_varint(&maker->body, rows[i] - (i ? rows[i - 1] : 0));
	return (uint32_t)FORM_DELTAS << 30 | at;
}

void posting_maker_open(struct posting_maker *maker, size_t width, size_t rows)
{
	buf_clear(&maker->entries);
	buf_clear(&maker->body);
	maker->entries.max = maker->body.max = BODY_MAX;
	maker->count = 0;
	maker->width = width;
	maker->rows = rows;
}

void posting_add(struct posting_maker *maker, struct span value, const uint32_t *rows, size_t count)
{
	buf_put(&maker->entries, span_first(value, maker->width));
	put_le(&maker->entries, put_rows(maker, rows, count));
	maker->count++;
}

void posting_finish(struct posting_maker *maker, struct buf *out)
{
	if (maker->count == 0)
		return;
	put_le(out, (uint32_t)maker->count);
	buf_put(out, buf_span(&maker->entries));
	buf_put(out, buf_span(&maker->body));
	if (err_failed(maker->entries.err))
		out->err = maker->entries.err;
	if (err_failed(maker->body.err))
		out->err = maker->body.err;
}

void posting_maker_done(struct posting_maker *maker)
{
	buf_done(&maker->entries);
	buf_done(&maker->body);
}

void posting_pack(const struct posting *postings, size_t count, size_t width, size_t rows, struct buf *out)
{
	scoped(posting_maker) maker = {0};
	scoped(buf) list = BUF((size_t)POSTING_ROWS_MAX * sizeof(uint32_t));
	posting_maker_open(&maker, width, rows);
	for (size_t i = 0, run; i < count; i += run) {
		run = run_of(postings + i, count - i);
		buf_clear(&list);
		uint32_t *numbers = (uint32_t *)(void *)buf_room(&list, run * sizeof *numbers);
		if (!numbers) {
			out->err = list.err;
			return;
		}
		for (size_t r = 0; r < run; r++)
			numbers[r] = postings[i + r].row;
		posting_add(&maker, span_of(postings[i].value, width), numbers, run);
	}
	posting_finish(&maker, out);
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
static bool take_long_varint(struct span *rest, uint32_t *v)
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

/* Most are distances between rows that have a value, and take a byte. */
static inline bool take_varint(struct span *rest, uint32_t *v)
{
	if (rest->len == 0 || rest->at[0] >= 0x80)
		return take_long_varint(rest, v);
	*v = rest->at[0];
	*rest = span_of(rest->at + 1, rest->len - 1);
	return true;
}

/* Bits 64 * i to 64 * i + 63 of a list that does not end before. */
static inline uint64_t whole_bits_at(const uint8_t *list, size_t i)
{
	uint64_t little;
	memcpy(&little, list + i * sizeof little, sizeof little);
	return le64toh(little);
}

/* The same of any list; zeroes where it ends. */
static uint64_t bits_at(struct span list, size_t i)
{
	uint64_t little = 0;
	struct span rest = span_from(list, i * sizeof little);
	if (rest.len >= sizeof little)
		memcpy(&little, rest.at, sizeof little);
	else if (rest.len)
		memcpy(&little, rest.at, rest.len);
	return le64toh(little);
}

/* By halves of a word at a time; the compiler's own is a table, and a call, on a processor of which it knows nothing. */
static inline size_t ones(uint64_t word)
{
	word -= word >> 1 & UINT64_C(0x5555555555555555);
	word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
	word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (size_t)(word * UINT64_C(0x0101010101010101) >> 56);
}

static size_t count_bits(struct span bits)
{
	size_t count = 0, whole = bits.len / sizeof(uint64_t);
	for (size_t i = 0; i < whole; i++)
		count += ones(whole_bits_at(bits.at, i));
	return count + ones(bits_at(bits, whole));
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

static fallible behind_last(void)
{
	return FAIL(CORRUPT, "a list of the index names a row behind the last");
}

static fallible mark_one(const struct posting_list *list, uint64_t row, uint64_t *bits)
{
	if (row >= list->rows)
		return behind_last();
	bits[row / 64] |= UINT64_C(1) << row % 64;
	return OK;
}

/* A word is written once all of its rows are known: each write would wait for the one before. */
static fallible mark_deltas(const struct posting_list *list, uint64_t *bits)
{
	struct span rest = list->deltas;
	uint64_t row = 0, word = 0, marks = 0;
	if (list->count == 0)
		return OK;
	for (size_t i = 0; i < list->count; i++) {
		uint32_t delta;
		if (!take_varint(&rest, &delta))
			return FAIL(CORRUPT, "a list of the index is cut");
		row += delta;
		if (row >= list->rows)
			return behind_last();
		if (row / 64 != word) {
			bits[word] |= marks;
			word = row / 64;
			marks = 0;
		}
		marks |= UINT64_C(1) << row % 64;
	}
	bits[word] |= marks;
	return OK;
}

/* What stands behind the last row is nobody's. */
static void mark_bits(const struct posting_list *list, uint64_t *bits)
{
	const uint8_t *marks = list->bits.at;
	size_t whole = list->rows / 64;
	for (size_t i = 0; i < whole; i++)
		bits[i] |= whole_bits_at(marks, i);
	if (list->rows % 64)
		bits[whole] |= bits_at(list->bits, whole) & ((UINT64_C(1) << list->rows % 64) - 1);
}

fallible posting_mark(const struct posting_list *list, uint64_t *bits)
{
	if (list->bits.len) {
		mark_bits(list, bits);
		return OK;
	}
	if (list->count == 1 && list->deltas.len == 0)
		return mark_one(list, list->single, bits);
	return mark_deltas(list, bits);
}

static fallible rows_of_bits(const struct posting_list *list, uint32_t shift, uint32_t *rows)
{
	size_t found = 0;
	for (size_t i = 0; i < list->bits.len; i++)
		for (unsigned bits = list->bits.at[i]; bits; bits &= bits - 1) {
			size_t row = i * 8 + (size_t)__builtin_ctz(bits);
			if (row >= list->rows)
				return behind_last();
			rows[found++] = (uint32_t)row + shift;
		}
	return OK;
}

static fallible rows_of_deltas(const struct posting_list *list, uint32_t shift, uint32_t *rows)
{
	struct span rest = list->deltas;
	uint64_t row = 0;
	for (size_t i = 0; i < list->count; i++) {
		uint32_t delta;
		if (!take_varint(&rest, &delta) || (i && delta == 0))
			return FAIL(CORRUPT, "a list of the index is cut, or does not ascend");
		row += delta;
		if (row >= list->rows)
			return behind_last();
		rows[i] = (uint32_t)row + shift;
	}
	return OK;
}

fallible posting_rows(const struct posting_list *list, uint32_t shift, uint32_t *rows)
{
	if (list->bits.len)
		return rows_of_bits(list, shift, rows);
	if (list->count != 1 || list->deltas.len)
		return rows_of_deltas(list, shift, rows);
	if (list->single >= list->rows)
		return behind_last();
	rows[0] = list->single + shift;
	return OK;
}

/* What stands behind the last row is marked in no set. */
static void count_bits_among(
	const struct posting_list *list, const uint64_t *bits, size_t *count, size_t *row)
{
	for (size_t i = 0; i < (list->rows + 63) / 64; i++) {
		uint64_t both = bits_at(list->bits, i) & bits[i];
		if (!both)
			continue;
		*count += ones(both);
		*row = i * 64 + 63 - (size_t)__builtin_clzll(both);
	}
}

static fallible count_deltas_among(
	const struct posting_list *list, const uint64_t *bits, size_t *count, size_t *row)
{
	struct span rest = list->deltas;
	uint64_t at = 0, last = 0;
	size_t found = 0;
	for (size_t i = 0; i < list->count; i++) {
		uint32_t delta;
		if (!take_varint(&rest, &delta))
			return FAIL(CORRUPT, "a list of the index is cut");
		at += delta;
		if (at >= list->rows)
			return behind_last();
		size_t is = bits[at / 64] >> at % 64 & 1;
		found += is;
		last = is ? at : last;
	}
	*count = found;
	*row = (size_t)last;
	return OK;
}

/* The first row of a list that has any. */
static fallible first_row(const struct posting_list *list, uint64_t *row)
{
	struct span rest = list->deltas;
	uint32_t delta = list->single;
	size_t word = 0;
	if (list->bits.len) {
		while (bits_at(list->bits, word) == 0)
			word++;
		*row = word * 64 + (size_t)__builtin_ctzll(bits_at(list->bits, word));
		return OK;
	}
	if (list->deltas.len && !take_varint(&rest, &delta))
		return FAIL(CORRUPT, "a list of the index is cut");
	*row = delta;
	return OK;
}

static fallible count_all(const struct posting_list *list, size_t *count, size_t *row)
{
	uint64_t first = 0;
	if (list->count > 0) {
		TRY(first_row(list, &first));
		if (first >= list->rows)
			return behind_last();
	}
	*count = list->count;
	*row = (size_t)first;
	return OK;
}

fallible posting_count(const struct posting_list *list, const uint64_t *bits, size_t *count, size_t *row)
{
	*count = *row = 0;
	if (!bits)
		return count_all(list, count, row);
	if (list->bits.len) {
		count_bits_among(list, bits, count, row);
		return OK;
	}
	if (list->count != 1 || list->deltas.len)
		return count_deltas_among(list, bits, count, row);
	if (list->single >= list->rows)
		return behind_last();
	*count = bits[list->single / 64] >> list->single % 64 & 1;
	*row = *count ? list->single : 0;
	return OK;
}
