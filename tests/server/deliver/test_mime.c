/* SPDX-License-Identifier: Apache-2.0 */
/* The pieces of a mail, against the rules of RFC 2045, 2047 and 5322. */
#include "server/deliver/mime.h"

#include <criterion/criterion.h>

static void is_quoted(const char *text, const char *expected)
{
	scoped(buf) out = BUF(4096);
	mime_put_quoted(&out, span_text(text));
	cr_assert(span_is(buf_span(&out), expected), "%.*s", SPAN_FMT(buf_span(&out)));
}

Test(mime, quoted_printable_as_the_standard_has_it)
{
	is_quoted("plain text", "plain text\r\n");
	is_quoted("a=b", "a=3Db\r\n");
	is_quoted("två", "tv=C3=A5\r\n");
	is_quoted("two\nlines\n", "two\r\nlines\r\n");
	is_quoted("ends with a space ", "ends with a space=20\r\n");
	is_quoted("tab\t", "tab=09\r\n");
	is_quoted("", "\r\n");
	is_quoted("cr\rlf", "cr=0Dlf\r\n");
}

Test(mime, a_line_of_76_stays_whole_and_one_of_77_is_broken)
{
	scoped(buf) out = BUF(4096);
	char text[77];
	memset(text, 'a', sizeof text);
	mime_put_quoted(&out, span_of(text, 76));
	cr_assert(out.len == 78);
	buf_clear(&out);
	mime_put_quoted(&out, span_of(text, 77));
	cr_assert(out.len == 77 + 3 + 2 && memcmp(out.data + 75, "=\r\naa\r\n", 7) == 0);
}

static void header_is(const char *text, const char *expected)
{
	scoped(buf) out = BUF(4096);
	mime_put_header(&out, "Subject", span_text(text));
	cr_assert(span_is(buf_span(&out), expected), "%.*s", SPAN_FMT(buf_span(&out)));
}

Test(mime, a_plain_header_stays_readable)
{
	header_is("App: your sign-in code", "Subject: App: your sign-in code\r\n");
}

Test(mime, another_header_is_made_of_encoded_words)
{
	header_is("på", "Subject: =?UTF-8?B?cMOl?=\r\n");
	header_is("=?x", "Subject: =?UTF-8?B?PT94?=\r\n");
}

Test(mime, no_character_lies_in_two_encoded_words)
{
	header_is("aЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖЖ",
		"Subject: =?UTF-8?B?YdCW0JbQltCW0JbQltCW0JbQltCW0JbQltCW0JbQltCW0JY=?=\r\n "
		"=?UTF-8?B?0JY=?=\r\n");
}

Test(mime, dates_name_their_day)
{
	scoped(buf) out = BUF(256);
	mime_put_date(&out, (struct instant){0});
	mime_put_date(&out, (struct instant){1709208000000});
	cr_assert(span_is(buf_span(&out),
		"Date: Thu, 01 Jan 1970 00:00:00 +0000\r\nDate: Thu, 29 Feb 2024 12:00:00 +0000\r\n"));
}

Test(mime, what_ends_a_line_somewhere_is_replaced)
{
	uint8_t text[] = "a\r\nb\x7f"
			 "c\xc2\x85"
			 "d\xe2\x80\xa9"
			 "e\tå";
	mime_make_line(text, sizeof text - 1);
	cr_assert(strcmp((const char *)text, "a??b?c??d???e?å") == 0, "%s", text);
}

Test(mime, bytes_that_are_no_text_are_replaced)
{
	uint8_t text[] = "a\xff"
			 "b\xc3";
	mime_make_line(text, sizeof text - 1);
	cr_assert(strcmp((const char *)text, "a?b?") == 0, "%s", text);
}
