/* SPDX-License-Identifier: Apache-2.0 */
/* posting - which rows of a tenant's run have a value in a field, packed: one array a field.
 *
 * Rows are counted from the run's first, from 0. A value that one row has takes its width and 4 bytes; a
 * value that many rows have becomes a bit a row. Source: docs/formats.md "index". */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

enum { POSTING_VALUE_MAX = 16, POSTING_ROWS_MAX = 1 << 30 };

/* One row's value, for packing. */
struct posting {
	uint8_t value[POSTING_VALUE_MAX]; /* zeros behind its width */
	uint32_t row;
};

/* posting_sort - by value, then row. */
void posting_sort(struct posting *postings, size_t count);

/* posting_pack - append the array of a field.
 *
 *   postings  sorted; one row at most once a value
 *   width     bytes of a value, 1 to POSTING_VALUE_MAX
 *   rows      of the run: every row is below it
 * Fails: sticks in out, as every write. */
void posting_pack(const struct posting *postings, size_t count, size_t width, size_t rows, struct buf *out);

/* The same, a value at a time: what a merge makes. */
struct posting_maker {
	struct buf entries, body;
	size_t count; /* values */
	size_t width; /* bytes of a value */
	size_t rows;  /* of the run */
};

/* posting_maker_open - before the first value; what the maker held is forgotten, its memory kept. posting_add
 * - the next value, in rising order, with `count` rows, at least one, in rising order. posting_finish - append
 * the array, or nothing when no value was added. Failures stick in out. Owns: posting_maker_done, which takes
 * a zeroed one. */
void posting_maker_open(struct posting_maker *maker, size_t width, size_t rows);
void posting_add(struct posting_maker *maker, struct span value, const uint32_t *rows, size_t count);
void posting_finish(struct posting_maker *maker, struct buf *out);
void posting_maker_done(struct posting_maker *maker);

/* A packed array, borrowed. */
struct posting_array {
	struct span entries, body;
	size_t count; /* values */
	size_t width; /* bytes of a value */
	size_t rows;  /* of the run */
};

/* posting_open - an empty span has no values. Fails: CORRUPT. */
fallible posting_open(struct span bytes, size_t width, size_t rows, struct posting_array *array);

/* The rows of one value, borrowed. */
struct posting_list {
	uint32_t single;    /* the row, when count is 1 and the list is empty */
	size_t count;       /* rows */
	size_t rows;        /* of the run */
	struct span deltas; /* varints; or */
	struct span bits;   /* a bit a row, the first row the lowest bit of the first byte */
};

/* posting_find - the rows of a value; none when nobody has it. Fails: CORRUPT. Cost: O(log values). */
fallible posting_find(const struct posting_array *array, struct span value, struct posting_list *list);

/* posting_get - value and rows number i, in the order of values. Fails: CORRUPT. */
fallible posting_get(
	const struct posting_array *array, size_t i, struct span *value, struct posting_list *list);

/* posting_mark - set the bits of the list's rows.
 *
 *   bits  (rows + 63) / 64 words; row r is bit r % 64 of word r / 64
 * Fails: CORRUPT: some bits may be set. */
fallible posting_mark(const struct posting_list *list, uint64_t *bits);

/* posting_rows - the list's rows, ascending, each plus `shift`; there must be room for list->count. Fails:
 * CORRUPT. */
fallible posting_rows(const struct posting_list *list, uint32_t shift, uint32_t *rows);

/* posting_count - how many of the list's rows are among those marked in `bits`, as posting_mark marks them, and
 * one of those; 0 and row 0 when there are none. Fails: CORRUPT.
 *
 *   bits  NULL = every row of the run is marked: only as much is read as it takes to name one */
fallible posting_count(const struct posting_list *list, const uint64_t *bits, size_t *count, size_t *row);
