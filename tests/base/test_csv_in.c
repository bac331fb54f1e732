/* SPDX-License-Identifier: Apache-2.0 */
/* What a table is read as: RFC 4180, and what spreadsheets and browsers make of it. */
#include "base/csv_in.h"

#include <criterion/criterion.h>

enum { MEMORY = 64 * 1024 };

/* Whether the next row has these fields and no more. */
static bool next_is(struct csv_in *csv, struct arena *arena, const char *const *fields, size_t count)
{
	struct csv_in_row row;
	if (!csv_in_next(csv, arena, &row) || row.count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!span_is(row.fields[i], fields[i]))
			return false;
	return true;
}

#define NEXT_IS(csv, arena, ...)                               \
	next_is((csv), (arena), (const char *[]){__VA_ARGS__}, \
		sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *))

Test(csv_in, quotes_hold_separators_quotes_and_line_ends)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct csv_in csv = csv_in_open(SPAN_LIT("\xef\xbb\xbf"
						 "a,\"b,\"\"c\"\"\nd\",e\r\n\n,,\r\nlast"));
	cr_assert(NEXT_IS(&csv, &arena, "a", "b,\"c\"\nd", "e") && csv.line == 1);
	cr_assert(
		NEXT_IS(&csv, &arena, "", "", "") && csv.line == 4, "an empty line is no row: %zu", csv.line);
	cr_assert(NEXT_IS(&csv, &arena, "last") && csv.line == 5);
	struct csv_in_row row;
	cr_assert(!csv_in_next(&csv, &arena, &row) && !err_failed(csv.err));
}

Test(csv_in, the_separator_that_stands_first_in_the_first_line_is_the_tables)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct csv_in csv = csv_in_open(SPAN_LIT("a;b\nc,d;e\n"));
	cr_assert(NEXT_IS(&csv, &arena, "a", "b"));
	cr_assert(NEXT_IS(&csv, &arena, "c,d", "e"));
	csv = csv_in_open(SPAN_LIT("a\tb, c\nd\t\"e\tf\"\n"));
	cr_assert(NEXT_IS(&csv, &arena, "a", "b, c"));
	cr_assert(NEXT_IS(&csv, &arena, "d", "e\tf"));
}

Test(csv_in, a_table_in_utf_16_is_refused_for_what_it_is)
{
	const struct span TABLES[] = {SPAN_LIT("\xff\xfe"
					       "a\0,\0b\0"),
		SPAN_LIT("\xfe\xff\0a\0,\0b"), SPAN_LIT("a\0,\0b\0"), SPAN_LIT("\0a\0,\0b")};
	for (size_t i = 0; i < sizeof TABLES / sizeof TABLES[0]; i++) {
		scoped(arena) arena = ARENA(MEMORY);
		struct csv_in_row row;
		struct csv_in csv = csv_in_open(TABLES[i]);
		cr_assert(!csv_in_next(&csv, &arena, &row) && csv.err.kind == ERR_INVALID, "%zu", i);
		cr_assert(strstr(csv.err.why, "UTF-16") != NULL, "%s", csv.err.why);
	}
}

Test(csv_in, what_is_no_table_is_refused_at_its_line)
{
	static const char *const BAD[] = {"a,b\nc,\"d", "a,b\nc,\"d\"e", "a,b\nc,d\"e"};
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		scoped(arena) arena = ARENA(MEMORY);
		struct csv_in_row row;
		struct csv_in csv = csv_in_open(span_text(BAD[i]));
		cr_assert(NEXT_IS(&csv, &arena, "a", "b"));
		cr_assert(!csv_in_next(&csv, &arena, &row) && csv.err.kind == ERR_INVALID && csv.line == 2,
			"%s", BAD[i]);
		cr_assert(!csv_in_next(&csv, &arena, &row), "it stays refused");
	}
}

Test(csv_in, a_row_of_more_fields_than_can_be_is_refused)
{
	char wide[CSV_IN_FIELDS_MAX + 2];
	scoped(arena) arena = ARENA(MEMORY);
	struct csv_in_row row;
	memset(wide, ',', sizeof wide);
	struct csv_in csv = csv_in_open(span_of(wide, CSV_IN_FIELDS_MAX - 1));
	cr_assert(csv_in_next(&csv, &arena, &row) && row.count == CSV_IN_FIELDS_MAX);
	csv = csv_in_open(span_of(wide, CSV_IN_FIELDS_MAX));
	cr_assert(!csv_in_next(&csv, &arena, &row) && csv.err.kind == ERR_INVALID);
}
