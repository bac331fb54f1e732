/* SPDX-License-Identifier: Apache-2.0 */
/* test_posting - what was packed comes back, and bytes that nobody packed never lead outside. */
#include "store/index/posting.h"

#include "tests/support/dice.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <stdlib.h>

enum { ARRAY_MAX = 1 << 22, ROWS_MAX = 5000, SETS = ROWS_MAX / 64 + 1 };

static bool is_marked(const uint64_t *bits, size_t row)
{
	return bits[row / 64] >> row % 64 & 1;
}

/* Value v stands at a row when (row * 7 + v) % (v + 1) is 0: from every row to few, and one alone. */
static bool has_value(size_t row, size_t value, size_t values)
{
	if (value + 1 >= values)
		return value + 1 == values && row == 3;
	return (row * 7 + value) % (value + 1) == 0;
}

static size_t make(struct posting *postings, size_t width, size_t rows, size_t values)
{
	size_t count = 0;
	for (size_t row = rows; row > 0; row--)
		for (size_t value = 0; value < values; value++) {
			if (!has_value(row - 1, value, values))
				continue;
			postings[count] = (struct posting){.row = (uint32_t)(row - 1)};
			postings[count++].value[width - 1] = (uint8_t)value;
		}
	posting_sort(postings, count);
	return count;
}

/* The rows by their numbers are those that are marked. */
static void check_rows(const struct posting_list *list, const uint64_t *bits)
{
	enum { SHIFT = 1000 };
	uint32_t rows[ROWS_MAX];
	size_t found = 0;
	world_must(posting_rows(list, SHIFT, rows));
	for (size_t row = 0; row < list->rows; row++)
		if (is_marked(bits, row))
			cr_assert(rows[found++] == row + SHIFT);
	cr_assert(found == list->count);
}

/* Of all rows, of those that have the value, and of the others. */
static void check_counts(const struct posting_list *list, const uint64_t *bits)
{
	uint64_t others[SETS];
	size_t count, row;
	for (size_t i = 0; i < SETS; i++)
		others[i] = ~bits[i];
	world_must(posting_count(list, NULL, &count, &row));
	cr_assert(count == list->count && (count ? is_marked(bits, row) : row == 0));
	world_must(posting_count(list, bits, &count, &row));
	cr_assert(count == list->count && (count ? is_marked(bits, row) : row == 0));
	world_must(posting_count(list, others, &count, &row));
	cr_assert(count == 0 && row == 0);
}

static void check_value(const struct posting_array *array, size_t value, size_t values)
{
	uint64_t bits[SETS] = {0};
	uint8_t wanted[POSTING_VALUE_MAX] = {0};
	struct posting_list list;
	size_t expected = 0;
	wanted[array->width - 1] = (uint8_t)value;
	world_must(posting_find(array, span_of(wanted, array->width), &list));
	world_must(posting_mark(&list, bits));
	check_rows(&list, bits);
	check_counts(&list, bits);
	for (size_t row = 0; row < SETS * 64; row++) {
		bool is = row < array->rows && has_value(row, value, values);
		cr_assert(is_marked(bits, row) == is, "row %zu of %zu, value %zu", row, array->rows, value);
		expected += is;
	}
	cr_assert(list.count == expected, "it says how many: %zu of %zu", list.count, expected);
}

Test(posting, gives_back_the_rows_of_every_value_whatever_its_width_and_however_many_have_it)
{
	static const size_t WIDTHS[] = {1, 2, 4, 8, 16}, ROWS[] = {4, 63, 64, 65, 1000, ROWS_MAX};
	struct posting *postings = calloc((size_t)ROWS_MAX * 40, sizeof *postings);
	cr_assert(postings);
	for (size_t w = 0; w < 5; w++)
		for (size_t r = 0; r < 6; r++) {
			scoped(buf) bytes = BUF(ARRAY_MAX);
			struct posting_array array;
			size_t count = make(postings, WIDTHS[w], ROWS[r], 40);
			posting_pack(postings, count, WIDTHS[w], ROWS[r], &bytes);
			world_must(buf_check(&bytes));
			world_must(posting_open(buf_span(&bytes), WIDTHS[w], ROWS[r], &array));
			for (size_t value = 0; value < 41; value++)
				check_value(&array, value, 40);
		}
	free(postings);
}

Test(posting, lists_its_values_in_order)
{
	struct posting postings[60];
	scoped(buf) bytes = BUF(ARRAY_MAX);
	struct posting_array array;
	size_t count = make(postings, 2, 10, 6), seen = 0;
	posting_pack(postings, count, 2, 10, &bytes);
	world_must(posting_open(buf_span(&bytes), 2, 10, &array));
	cr_assert(array.count == 6, "six values");
	for (size_t i = 0; i < array.count; i++) {
		struct span value;
		struct posting_list list;
		world_must(posting_get(&array, i, &value, &list));
		cr_assert(value.len == 2 && value.at[0] == 0 && value.at[1] == i, "value %zu", i);
		seen += list.count;
	}
	cr_assert(seen == count, "every row once");
}

Test(posting, a_maker_gives_the_same_bytes_and_may_be_used_again)
{
	struct posting postings[60];
	scoped(posting_maker) maker = {0};
	scoped(buf) packed = BUF(ARRAY_MAX);
	size_t count = make(postings, 2, 10, 6);
	posting_pack(postings, count, 2, 10, &packed);
	for (int again = 0; again < 2; again++) {
		scoped(buf) made = BUF(ARRAY_MAX);
		posting_maker_open(&maker, 2, 10);
		for (size_t i = 0, end; i < count; i = end) {
			uint32_t rows[10];
			for (end = i; end < count && postings[end].value[1] == postings[i].value[1]; end++)
				rows[end - i] = postings[end].row;
			posting_add(&maker, span_of(postings[i].value, 2), rows, end - i);
		}
		posting_finish(&maker, &made);
		cr_assert(span_equal(buf_span(&made), buf_span(&packed)));
	}
	posting_maker_open(&maker, 2, 10);
	posting_finish(&maker, &packed);
	world_must(buf_check(&packed));
}

Test(posting, an_empty_array_has_no_values)
{
	struct posting_array array;
	struct posting_list list;
	world_must(posting_open(SPAN_NONE, 16, 10, &array));
	const uint8_t value[16] = {1};
	world_must(posting_find(&array, SPAN_BYTES(value), &list));
	cr_assert(array.count == 0 && list.count == 0, "nothing");
	uint64_t bits[1] = {0};
	world_must(posting_mark(&list, bits));
	cr_assert(bits[0] == 0, "marks nothing");
}

Test(posting, takes_a_bit_a_row_at_most_and_a_few_bytes_for_what_one_row_has)
{
	enum { ROWS = 4000 };
	struct posting *postings = calloc(ROWS, sizeof *postings);
	scoped(buf) common = BUF(ARRAY_MAX), own = BUF(ARRAY_MAX);
	cr_assert(postings);
	for (uint32_t i = 0; i < ROWS; i++)
		postings[i].row = i;
	posting_pack(postings, ROWS, 1, ROWS, &common);
	cr_assert(common.len <= ROWS / 8 + 16, "%zu bytes for a value of every row", common.len);
	for (uint32_t i = 0; i < ROWS; i++) {
		postings[i].value[0] = (uint8_t)(i >> 8);
		postings[i].value[1] = (uint8_t)i;
	}
	posting_pack(postings, ROWS, 8, ROWS, &own);
	cr_assert(own.len <= 12 * ROWS + 8, "%zu bytes for a value each", own.len);
	free(postings);
}

/* Among all rows, and among those that are marked so far. */
static void count_both_ways(const struct posting_list *list, const uint64_t *marked)
{
	const uint64_t *const among[] = {NULL, marked};
	for (size_t i = 0; i < sizeof among / sizeof among[0]; i++) {
		size_t count, row;
		struct err err = posting_count(list, among[i], &count, &row);
		cr_assert(!err_failed(err) || err.kind == ERR_CORRUPT, "%s", err.why);
		cr_assert(err_failed(err) || count == 0 || row < list->rows);
	}
}

/* Whatever stands in the index: an answer or CORRUPT, and never a row behind the last. */
static void read_all(struct span bytes, size_t width, size_t rows)
{
	struct posting_array array;
	uint64_t bits[SETS] = {0};
	if (err_failed(posting_open(bytes, width, rows, &array)))
		return;
	for (size_t i = 0; i < array.count; i++) {
		struct span value;
		struct posting_list list;
		struct err err = posting_get(&array, i, &value, &list);
		if (!err_failed(err)) {
			count_both_ways(&list, bits);
			err = posting_mark(&list, bits);
		}
		cr_assert(!err_failed(err) || err.kind == ERR_CORRUPT, "%s", err.why);
		if (err_failed(err))
			continue;
		world_must(posting_find(&array, value, &list));
		uint32_t *numbers = calloc(list.count + 1, sizeof *numbers);
		cr_assert(numbers);
		err = posting_rows(&list, 0, numbers);
		cr_assert(!err_failed(err) || err.kind == ERR_CORRUPT, "%s", err.why);
		for (size_t r = 0; !err_failed(err) && r < list.count; r++)
			cr_assert(numbers[r] < rows && (r == 0 || numbers[r - 1] < numbers[r]));
		free(numbers);
	}
	for (size_t row = rows; row < SETS * 64; row++)
		cr_assert(!is_marked(bits, row), "row %zu of %zu", row, rows);
}

Test(posting, damaged_bytes_are_corrupt_and_lead_nowhere)
{
	struct dice dice = {7};
	struct posting postings[600];
	for (int round = 0; round < 3000; round++) {
		scoped(buf) bytes = BUF(ARRAY_MAX);
		size_t rows = 1 + dice_below(&dice, 100), count = make(postings, 2, rows, 6);
		posting_pack(postings, count, 2, rows, &bytes);
		for (size_t i = dice_below(&dice, 5); i > 0; i--)
			bytes.data[dice_below(&dice, bytes.len)] = (uint8_t)dice_below(&dice, 256);
		/* A copy of its own size, so that a byte too far is seen. */
		size_t len = dice_below(&dice, 2) ? bytes.len : dice_below(&dice, bytes.len + 1);
		uint8_t *copy = malloc(len + (len == 0));
		cr_assert(copy);
		memcpy(copy, bytes.data, len);
		read_all(span_of(copy, len), 2, 1 + dice_below(&dice, 120));
		free(copy);
	}
}
