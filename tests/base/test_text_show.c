/* SPDX-License-Identifier: Apache-2.0 */
/* test_text_show - hostile texts on a terminal, and how wide honest ones are. */
#include "base/text_show.h"

#include "base/text.h"

#include <criterion/criterion.h>

static bool shows(struct span text, const char *expected)
{
	scoped(buf) out = BUF(4096);
	text_show_put(&out, text);
	return !err_failed(buf_check(&out)) && span_is(buf_span(&out), expected);
}

static bool shows_json(struct span text, const char *expected)
{
	scoped(buf) out = BUF(4096);
	text_show_put_json(&out, text);
	return !err_failed(buf_check(&out)) && span_is(buf_span(&out), expected);
}

Test(text_show, letters_of_six_languages_stay_as_they_are)
{
	static const char *const NAMES[] = {
		"Bíró Bálint", "Стефан", "Åsa Öberg", "Päivi", "O'Neill", "山田", "🙂", "☎️", ""};
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		cr_assert(shows(span_text(NAMES[i]), NAMES[i]), "%s", NAMES[i]);
}

Test(text_show, nothing_that_a_terminal_obeys_gets_through)
{
	cr_assert(shows(SPAN_LIT("\x1b[31mred\x1b[0m"), "\\u{1b}[31mred\\u{1b}[0m"), "an escape sequence");
	cr_assert(shows(SPAN_LIT("\x1b]0;title\x07"), "\\u{1b}]0;title\\u{7}"), "a window's title");
	cr_assert(shows(SPAN_LIT("a\r\nb\tc"), "a\\r\\nb\\tc"), "line ends and tabs");
	cr_assert(shows(SPAN_LIT("\xc2\x9b"
				 "2J"),
			  "\\u{9b}2J"),
		"a C1 control");
	cr_assert(shows(SPAN_LIT("\x9b"
				 "2J"),
			  "\\x9b2J"),
		"the same as a byte");
	cr_assert(shows(span_of("a\0b\x7f", 4), "a\\u{0}b\\u{7f}"), "NUL and DEL");
}

Test(text_show, nothing_that_an_eye_does_not_see_gets_through)
{
	cr_assert(shows(SPAN_LIT("a\u202Egpj.exe"), "a\\u{202e}gpj.exe"), "a right-to-left override");
	cr_assert(shows(SPAN_LIT("a\u2066b\u2069"), "a\\u{2066}b\\u{2069}"), "isolates");
	cr_assert(shows(SPAN_LIT("a\u200Bb\uFEFF"), "a\\u{200b}b\\u{feff}"), "no width");
	cr_assert(shows(SPAN_LIT("a\u2028b"), "a\\u{2028}b"), "a line separator");
	cr_assert(shows(SPAN_LIT("\U000E0041"), "\\u{e0041}"), "a tag");
	cr_assert(shows(SPAN_LIT("\uE000"), "\\u{e000}"), "private");
	cr_assert(shows(SPAN_LIT("a\u3164"), "a\\u{3164}"), "a filler");
}

Test(text_show, different_texts_look_different)
{
	cr_assert(shows(SPAN_LIT("\\n"), "\\\\n"), "a backslash is no escape");
	cr_assert(shows(SPAN_LIT("\\u{1b}"), "\\\\u{1b}"), "nor is a whole one");
}

Test(text_show, marks_do_not_pile_up_and_do_not_reach_before_the_text)
{
	cr_assert(shows(SPAN_LIT("e\u0301\u0302"), "e\u0301\u0302"), "two marks");
	cr_assert(shows(SPAN_LIT("e\u0301\u0301\u0301\u0301\u0301"), "e\u0301\u0301\u0301\u0301\\u{301}"),
		"the fifth");
	cr_assert(shows(SPAN_LIT("\u0301e"), "\\u{301}e"), "in front");
}

Test(text_show, bytes_that_are_not_utf_8_are_named)
{
	cr_assert(shows(SPAN_LIT("a\xff\xc3"), "a\\xff\\xc3"), "never, and cut off");
	cr_assert(shows(SPAN_LIT("\xed\xa0\x80"), "\\xed\\xa0\\x80"), "a surrogate");
}

Test(text_show, json_means_the_same_and_is_harmless)
{
	cr_assert(shows_json(SPAN_LIT("{\"a\":\"\\u001b[31m Åsa\"}\n"), "{\"a\":\"\\u001b[31m Åsa\"}\n"),
		"escaped already");
	cr_assert(shows_json(SPAN_LIT("\"\u202Ex\xc2\x9b\""), "\"\\u202ex\\u009b\""), "direction and C1");
	cr_assert(shows_json(SPAN_LIT("\"\U000E0041\""), "\"\\udb40\\udc41\""), "beyond U+FFFF");
	cr_assert(shows_json(SPAN_LIT("\"\xff\""), "\"\uFFFD\""), "not UTF-8");
}

Test(text_show, width_is_what_a_terminal_gives)
{
	cr_assert(text_show_columns(SPAN_LIT("Bálint")) == 6, "letters with accents");
	cr_assert(text_show_columns(SPAN_LIT("Ba\u0301lint")) == 6, "the same, decomposed");
	cr_assert(text_show_columns(SPAN_LIT("山田")) == 4, "wide letters");
	cr_assert(text_show_columns(SPAN_LIT("🙂")) == 2, "a picture");
	cr_assert(text_show_columns(SPAN_NONE) == 0, "nothing");
}

Test(text_show, a_text_is_cut_between_letters)
{
	cr_assert(span_is(text_show_fit(SPAN_LIT("Bálint"), 2), "Bá"), "two columns");
	cr_assert(span_is(text_show_fit(SPAN_LIT("Ba\u0301lint"), 2), "Ba\u0301"), "the mark stays");
	cr_assert(span_is(text_show_fit(SPAN_LIT("山田"), 3), "山"), "half a letter is none");
	cr_assert(span_is(text_show_fit(SPAN_LIT("abc"), 5), "abc"), "room enough");
	cr_assert(text_show_fit(SPAN_LIT("abc"), 0).len == 0, "no room");
}
