/* SPDX-License-Identifier: Apache-2.0 */
/* What the JSON writer promises: commas, escapes, and output that is JSON whatever goes in. */
#include "base/json_out.h"

#include "base/json_in.h"
#include "tests/support/dice.h"

#include <criterion/criterion.h>
#include <stdio.h>

static void assert_written(const struct buf *buf, const char *expected)
{
	cr_assert(!err_failed(buf_check(buf)));
	cr_assert(span_is(buf_span(buf), expected), "%.*s", SPAN_FMT(buf_span(buf)));
}

Test(json_out, keeps_commas_and_nesting)
{
	scoped(buf) buf = BUF(1000);
	struct json_out out = JSON_OUT(&buf);
	json_out_open(&out, NULL);
	json_out_number(&out, "a", 1);
	json_out_open(&out, "b");
	json_out_close(&out);
	json_out_open_array(&out, "c");
	json_out_bool(&out, NULL, true);
	json_out_open(&out, NULL);
	json_out_bool(&out, "d", false);
	json_out_null(&out, "e");
	json_out_close(&out);
	json_out_open_array(&out, NULL);
	json_out_close_array(&out);
	json_out_close_array(&out);
	json_out_raw(&out, "f", SPAN_LIT("[1,2]"));
	json_out_close(&out);
	assert_written(&buf, "{\"a\":1,\"b\":{},\"c\":[true,{\"d\":false,\"e\":null},[]],\"f\":[1,2]}");
}

Test(json_out, writes_each_type)
{
	scoped(buf) buf = BUF(1000);
	struct json_out out = JSON_OUT(&buf);
	struct id id = {.bytes = {[15] = 1}};
	json_out_open(&out, NULL);
	json_out_text(&out, "text", "abc");
	json_out_text(&out, "gone", NULL);
	json_out_span(&out, "empty", SPAN_NONE);
	json_out_time(&out, "at", (struct instant){1795285532123});
	json_out_id(&out, "id", ID_PERSON, id);
	json_out_id(&out, "none", ID_PERSON, (struct id){0});
	json_out_hex(&out, "hex", SPAN_LIT("\x01\xff"));
	json_out_close(&out);
	assert_written(&buf,
		"{\"text\":\"abc\",\"gone\":null,\"empty\":\"\",\"at\":\"2026-11-21T18:25:32.123Z\","
		"\"id\":\"per_00000000000000000000000001\",\"none\":null,\"hex\":\"01ff\"}");
}

Test(json_out, numbers_reach_both_ends)
{
	scoped(buf) buf = BUF(1000);
	struct json_out out = JSON_OUT(&buf);
	json_out_open_array(&out, NULL);
	json_out_number(&out, NULL, 0);
	json_out_number(&out, NULL, -1);
	json_out_number(&out, NULL, 1000000);
	json_out_number(&out, NULL, INT64_MAX);
	json_out_number(&out, NULL, INT64_MIN);
	json_out_close_array(&out);
	assert_written(&buf, "[0,-1,1000000,9223372036854775807,-9223372036854775808]");
}

static void assert_string(struct span text, const char *expected)
{
	scoped(buf) buf = BUF(1000);
	struct json_out out = JSON_OUT(&buf);
	json_out_span(&out, NULL, text);
	assert_written(&buf, expected);
}

Test(json_out, escapes_what_json_reserves)
{
	assert_string(SPAN_LIT("\"\\/"), "\"\\\"\\\\/\"");
	assert_string(SPAN_LIT("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
	assert_string(SPAN_LIT("\0\x01\x1f\x7f"), "\"\\u0000\\u0001\\u001f\x7f\"");
	assert_string(SPAN_LIT("a long plain run, then \"quoted\" and on"),
		"\"a long plain run, then \\\"quoted\\\" and on\"");
}

enum { LONGEST = 40 };

static void assert_found(uint8_t reserved, const char *escape, size_t place, size_t length)
{
	static const char plain[] =
		"!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"; /* beside the quote and the space */
	char text[LONGEST], expected[3 * LONGEST];
	memcpy(text, plain, length);
	text[place] = (char)reserved;
	snprintf(expected, sizeof expected, "\"%.*s%s%.*s\"", (int)place, plain, escape,
		(int)(length - place - 1), plain);
	assert_string(span_of(text, length), expected);
}

Test(json_out, a_reserved_byte_is_found_at_every_place_of_a_text_of_every_length)
{
	static const uint8_t reserved[] = {0, 1, 0x1f, '"', '\\', 0xff};
	static const char *const escapes[] = {"\\u0000", "\\u0001", "\\u001f", "\\\"", "\\\\", "\ufffd"};
	for (size_t which = 0; which < sizeof reserved; which++)
		for (size_t length = 1; length <= LONGEST; length++)
			for (size_t place = 0; place < length; place++)
				assert_found(reserved[which], escapes[which], place, length);
}

Test(json_out, plain_texts_of_every_length_stand_as_they_are)
{
	static const char plain[] = " !#[]~\x7f/ every one of these is as it was";
	for (size_t length = 0; length < sizeof plain; length++) {
		char expected[64];
		snprintf(expected, sizeof expected, "\"%.*s\"", (int)length, plain);
		assert_string(span_of(plain, length), expected);
	}
}

Test(json_out, utf8_stands_as_it_is)
{
	assert_string(SPAN_LIT("\u00e4\u20ac\U0001f600"), "\"\u00e4\u20ac\U0001f600\"");
	assert_string(SPAN_LIT("seven78\u00e4"), "\"seven78\u00e4\"");
}

Test(json_out, broken_utf8_is_replaced)
{
	assert_string(SPAN_LIT("a\xff"
			       "b"),
		"\"a\ufffdb\"");
	assert_string(SPAN_LIT("\xc3"), "\"\ufffd\"");
	assert_string(SPAN_LIT("\xc3(twelve more"), "\"\ufffd(twelve more\"");
	assert_string(SPAN_LIT("\xed\xa0\x80"), "\"\ufffd\ufffd\ufffd\"");
	assert_string(SPAN_LIT("\xe2\x82"), "\"\ufffd\ufffd\"");
}

Test(json_out, names_are_escaped_too)
{
	scoped(buf) buf = BUF(100);
	struct json_out out = JSON_OUT(&buf);
	json_out_open(&out, NULL);
	json_out_number(&out, "a\"b", 1);
	json_out_close(&out);
	assert_written(&buf, "{\"a\\\"b\":1}");
}

Test(json_out, any_bytes_at_all_come_out_as_json)
{
	struct dice dice = {6};
	for (int round = 0; round < 20000; round++) {
		uint8_t bytes[40];
		size_t n = dice_below(&dice, sizeof bytes);
		dice_fill(&dice, bytes, n);
		for (size_t i = 0; i < n; i++)
			bytes[i] =
				bytes[i] == 0 ? 1 : bytes[i]; /* U+0000 is JSON, but our reader refuses it */
		scoped(buf) buf = BUF(1000);
		scoped(arena) arena = ARENA(1000);
		scoped(json_doc) doc = {0};
		struct json_problems problems = {0};
		struct json_out out = JSON_OUT(&buf);
		json_out_open_array(&out, NULL);
		json_out_span(&out, NULL, span_of(bytes, n));
		json_out_close_array(&out);
		cr_assert(!err_failed(buf_check(&buf)));
		cr_assert(!err_failed(json_in_parse(&doc, buf_span(&buf), &arena, &problems)), "%.*s",
			SPAN_FMT(buf_span(&buf)));
	}
}

Test(json_out, a_secret_is_written_when_nothing_is_redacted)
{
	scoped(buf) buf = BUF(100);
	struct json_out out = JSON_OUT(&buf);
	json_out_open(&out, NULL);
	json_out_secret(&out, "token", SPAN_LIT("abc"));
	cr_assert(!json_out_redacted(&out, "codes"));
	json_out_close(&out);
	assert_written(&buf, "{\"token\":\"abc\"}");
	cr_assert(out.withheld_count == 0);
}

Test(json_out, a_redacted_secret_is_left_out_and_noted)
{
	scoped(buf) buf = BUF(100);
	struct json_out out = JSON_OUT(&buf);
	out.redact = true;
	json_out_open(&out, NULL);
	json_out_secret(&out, "token", SPAN_LIT("abc"));
	json_out_number(&out, "a", 1);
	cr_assert(json_out_redacted(&out, "codes"));
	json_out_close(&out);
	assert_written(&buf, "{\"a\":1}");
	cr_assert(out.withheld_count == 2);
	cr_assert_str_eq(out.withheld[0], "token");
	cr_assert_str_eq(out.withheld[1], "codes");
}

Test(json_out, more_secrets_than_can_be_noted_are_our_mistake)
{
	scoped(buf) buf = BUF(100);
	struct json_out out = JSON_OUT(&buf);
	out.redact = true;
	for (int i = 0; i < JSON_OUT_WITHHELD; i++)
		json_out_secret(&out, "token", SPAN_LIT("abc"));
	cr_assert(!err_failed(buf_check(&buf)));
	json_out_secret(&out, "token", SPAN_LIT("abc"));
	cr_assert(buf_check(&buf).kind == ERR_BUG && buf.len == 0, "it is not written all the same");
}

Test(json_out, nests_to_its_depth_and_no_deeper)
{
	scoped(buf) buf = BUF(100);
	struct json_out out = JSON_OUT(&buf);
	for (int i = 0; i < JSON_OUT_DEPTH; i++)
		json_out_open_array(&out, NULL);
	cr_assert(!err_failed(buf_check(&buf)));
	json_out_open_array(&out, NULL);
	cr_assert(buf_check(&buf).kind == ERR_BUG);
}

Test(json_out, closing_too_often_is_our_mistake)
{
	scoped(buf) buf = BUF(100);
	struct json_out out = JSON_OUT(&buf);
	json_out_open(&out, NULL);
	json_out_close(&out);
	json_out_close(&out);
	cr_assert(buf_check(&buf).kind == ERR_BUG);
}

Test(json_out, a_full_buffer_sticks)
{
	scoped(buf) buf = BUF(8);
	struct json_out out = JSON_OUT(&buf);
	json_out_open(&out, NULL);
	json_out_text(&out, "name", "value");
	json_out_close(&out);
	cr_assert(buf_check(&buf).kind == ERR_TOO_LARGE);
}
