/* SPDX-License-Identifier: Apache-2.0 */
/* What spans promise: comparing, cutting, numbers. */
#include "base/span.h"

#include <criterion/criterion.h>
#include <stdio.h>

Test(span, a_missing_text_is_the_empty_span)
{
	cr_assert(span_text(NULL).len == 0);
	cr_assert(span_equal(span_text(NULL), SPAN_NONE));
	cr_assert(span_equal(SPAN_NONE, span_text("")));
}

Test(span, equality_needs_the_same_length_and_bytes)
{
	cr_assert(span_is(SPAN_LIT("abc"), "abc"));
	cr_assert(!span_is(SPAN_LIT("abc"), "abd"));
	cr_assert(!span_is(SPAN_LIT("abc"), "ab"));
	cr_assert(!span_equal(SPAN_LIT("a\0b"), SPAN_LIT("a\0c")), "bytes behind a NUL count");
}

Test(span, a_text_starts_with_its_prefixes_only)
{
	cr_assert(span_starts(SPAN_LIT("abc"), SPAN_LIT("ab")));
	cr_assert(span_starts(SPAN_LIT("abc"), SPAN_NONE));
	cr_assert(!span_starts(SPAN_LIT("abc"), SPAN_LIT("abcd")));
	cr_assert(!span_starts(SPAN_NONE, SPAN_LIT("a")));
}

Test(span, from_and_first_never_leave_the_text)
{
	cr_assert(span_is(span_from(SPAN_LIT("abc"), 1), "bc"));
	cr_assert(span_from(SPAN_LIT("abc"), 3).len == 0);
	cr_assert(span_from(SPAN_LIT("abc"), SIZE_MAX).len == 0);
	cr_assert(span_is(span_first(SPAN_LIT("abc"), 2), "ab"));
	cr_assert(span_is(span_first(SPAN_LIT("abc"), SIZE_MAX), "abc"));
}

Test(span, trimming_takes_spaces_and_tabs_from_both_ends_and_nothing_else)
{
	cr_assert(span_is(span_trim(SPAN_LIT(" \t a b\t ")), "a b"));
	cr_assert(span_is(span_trim(SPAN_LIT("\na\r")), "\na\r"));
	cr_assert(span_trim(SPAN_LIT(" \t ")).len == 0);
	cr_assert(span_trim(SPAN_NONE).len == 0);
}

Test(span, order_is_by_unsigned_bytes_and_a_prefix_comes_first)
{
	const char *const sorted[] = {"", "\x01", "a", "ab", "b", "\x7f", "\x80", "\xff", "\xff\x01"};
	enum { COUNT = sizeof sorted / sizeof *sorted };
	for (int a = 0; a < COUNT; a++) {
		for (int b = 0; b < COUNT; b++) {
			int order = span_compare(span_text(sorted[a]), span_text(sorted[b]));
			cr_assert((order > 0) == (a > b) && (order < 0) == (a < b), "rows %d and %d", a, b);
		}
	}
	cr_assert(span_compare(SPAN_NONE, SPAN_NONE) == 0);
}

/* The parts joined with bars, so that empty ones show. */
static void cut_all(struct span text, char joined[static 64])
{
	struct span part;
	size_t at = 0;
	joined[0] = '\0';
	while (span_cut(&text, '.', &part))
		at += (size_t)snprintf(joined + at, 64 - at, "%.*s|", SPAN_FMT(part));
}

Test(span, cutting_gives_every_part_empty_ones_too)
{
	static const char *const rows[][2] = {{"a.b.c", "a|b|c|"}, {"", "|"}, {".", "||"}, {"a", "a|"},
		{"a.", "a||"}, {".a", "|a|"}, {"a..b", "a||b|"}};
	char joined[64];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		cut_all(span_text(rows[i][0]), joined);
		cr_assert_str_eq(joined, rows[i][1]);
	}
}

Test(span, a_spent_text_gives_no_part)
{
	struct span rest = SPAN_NONE;
	struct span part = SPAN_LIT("as it was");
	cr_assert(!span_cut(&rest, '.', &part));
	cr_assert(span_is(part, "as it was"));
}

Test(span, a_number_is_decimal_digits)
{
	uint64_t v = 7;
	cr_assert(span_number(SPAN_LIT("0"), UINT64_MAX, &v) && v == 0);
	cr_assert(span_number(SPAN_LIT("42"), 42, &v) && v == 42);
	cr_assert(span_number(SPAN_LIT("18446744073709551615"), UINT64_MAX, &v) && v == UINT64_MAX);
}

Test(span, what_is_no_plain_number_is_refused)
{
	static const char *const rows[] = {"", "-1", "+1", " 1", "1 ", "01", "00", "1.0", "0x1", "1e3", "/",
		":", "18446744073709551616", "99999999999999999999", "100000000000000000000"};
	uint64_t v = 7;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert(!span_number(span_text(rows[i]), UINT64_MAX, &v), "%s", rows[i]);
	cr_assert(!span_number(SPAN_LIT("43"), 42, &v), "over the maximum");
	cr_assert(v == 7, "a refused number leaves its result alone");
}
