/* SPDX-License-Identifier: Apache-2.0 */
/* What hex, base64 and base32 of base/text.h promise. Vectors: RFC 4648 §10. */
#include "base/text.h"

#include "tests/support/dice.h"

#include <criterion/criterion.h>

typedef void (*put_fn)(struct buf *out, struct span bytes);
typedef struct err (*parse_fn)(struct span text, struct buf *out);

static void assert_both_ways(put_fn put, parse_fn parse, const char *plain, const char *text)
{
	scoped(buf) out = BUF(100);
	scoped(buf) back = BUF(100);
	put(&out, span_text(plain));
	cr_assert(span_is(buf_span(&out), text), "%s", text);
	cr_assert(!err_failed(parse(span_text(text), &back)) && span_is(buf_span(&back), plain), "%s", text);
}

static void assert_refused(parse_fn parse, struct span text)
{
	scoped(buf) out = BUF(100);
	buf_put_text(&out, "before");
	cr_assert(parse(text, &out).kind == ERR_INPUT, "%.*s", SPAN_FMT(text));
	cr_assert(span_is(buf_span(&out), "before"), "a refused text adds nothing: %.*s", SPAN_FMT(text));
}

Test(text_codecs, the_vectors_of_rfc_4648_hold)
{
	static const char *const rows[][4] = {{"", "", "", ""}, {"f", "Zg==", "Zg", "MY"},
		{"fo", "Zm8=", "Zm8", "MZXQ"}, {"foo", "Zm9v", "Zm9v", "MZXW6"},
		{"foob", "Zm9vYg==", "Zm9vYg", "MZXW6YQ"}, {"fooba", "Zm9vYmE=", "Zm9vYmE", "MZXW6YTB"},
		{"foobar", "Zm9vYmFy", "Zm9vYmFy", "MZXW6YTBOI"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_both_ways(text_put_base64, text_parse_base64, rows[i][0], rows[i][1]);
		assert_both_ways(text_put_base64url, text_parse_base64url, rows[i][0], rows[i][2]);
		assert_both_ways(text_put_base32, text_parse_base32, rows[i][0], rows[i][3]);
	}
}

Test(text_codecs, the_two_alphabets_of_base64_are_kept_apart)
{
	assert_both_ways(text_put_base64, text_parse_base64, "\xfb\xff\xbf", "+/+/");
	assert_both_ways(text_put_base64url, text_parse_base64url, "\xfb\xff\xbf", "-_-_");
	assert_refused(text_parse_base64, SPAN_LIT("-_-_"));
	assert_refused(text_parse_base64url, SPAN_LIT("+/+/"));
}

Test(text_codecs, base64_has_one_spelling)
{
	static const char *const rows[] = {"Z", "Zg", "Zg=", "Zm8",
		"Zh==", "Zm9=", "Zm9v=", "Zm9v====", "====", "=", "Z===", "Zg==\n", " Zg==", "Zg ==", "Zm 9v",
		"Zg==Zg==", "Zg=a", "Zm9v\xff\xff\xff\xff", "Zm9*"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_refused(text_parse_base64, span_text(rows[i]));
	assert_refused(text_parse_base64, SPAN_LIT("Zm9\0"));
}

Test(text_codecs, base64url_has_one_spelling)
{
	static const char *const rows[] = {"Z", "Zg==", "Zm8=", "Zh", "Zm9", "Zm9vY", "Zm9v ", "Zm9v\n", "="};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_refused(text_parse_base64url, span_text(rows[i]));
}

Test(text_codecs, base32_is_read_as_people_type_it)
{
	static const char *const rows[] = {"MZXW6YQ", "mzxw6yq", "MZXW 6YQ", "mzxw6yq=", " MZXW6YQ = "};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		scoped(buf) out = BUF(100);
		cr_assert(!err_failed(text_parse_base32(span_text(rows[i]), &out)), "%s", rows[i]);
		cr_assert(span_is(buf_span(&out), "foob"));
	}
}

Test(text_codecs, broken_base32_is_refused)
{
	static const char *const rows[] = {"M", "MZX", "MZXW6Y", "MZ", "MZXR", "MZXW6YR", "M1", "M8", "M0",
		"MY=A", "M-Y", "MY\n", "\u00e4", "MZXW6YTBO"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_refused(text_parse_base32, span_text(rows[i]));
	assert_refused(text_parse_base32, SPAN_LIT("MY\0"));
}

Test(text_codecs, hex_goes_both_ways)
{
	scoped(buf) out = BUF(100);
	uint8_t back[4];
	text_put_hex(&out, SPAN_LIT("\x00\x9f\xab\xff"));
	cr_assert(span_is(buf_span(&out), "009fabff"));
	cr_assert(!err_failed(text_parse_hex(buf_span(&out), back, 4)) &&
		memcmp(back, "\x00\x9f\xab\xff", 4) == 0);
	cr_assert(!err_failed(text_parse_hex(SPAN_LIT("009FABff"), back, 4)) && back[2] == 0xab);
	cr_assert(!err_failed(text_parse_hex(SPAN_NONE, back, 0)));
}

Test(text_codecs, hex_of_another_length_or_alphabet_is_refused)
{
	static const char *const rows[] = {"", "0", "000", "00000", "000000", "00g0", "0x00", "00 0", "00-0",
		"00`0", "00@0", "00/0", "00:0", "\xff\xff\xff\xff"};
	uint8_t out[2] = {7, 7};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert(text_parse_hex(span_text(rows[i]), out, 2).kind == ERR_INPUT, "%s", rows[i]);
	cr_assert(out[0] == 7 && out[1] == 7);
}

static void assert_random_bytes_survive(put_fn put, parse_fn parse)
{
	struct dice dice = {5};
	for (int round = 0; round < 3000; round++) {
		uint8_t bytes[40];
		size_t n = dice_below(&dice, sizeof bytes);
		scoped(buf) out = BUF(100);
		scoped(buf) back = BUF(sizeof bytes);
		dice_fill(&dice, bytes, n);
		put(&out, span_of(bytes, n));
		cr_assert(!err_failed(parse(buf_span(&out), &back)));
		cr_assert(span_equal(buf_span(&back), span_of(bytes, n)));
	}
}

Test(text_codecs, random_bytes_survive_every_codec)
{
	assert_random_bytes_survive(text_put_base64, text_parse_base64);
	assert_random_bytes_survive(text_put_base64url, text_parse_base64url);
	assert_random_bytes_survive(text_put_base32, text_parse_base32);
}

Test(text_codecs, a_buffer_without_room_fails_as_a_buffer)
{
	scoped(buf) out = BUF(2);
	cr_assert(text_parse_base64(SPAN_LIT("Zm9v"), &out).kind == ERR_TOO_LARGE);
	scoped(buf) text = BUF(3);
	text_put_base64(&text, SPAN_LIT("f"));
	cr_assert(buf_check(&text).kind == ERR_TOO_LARGE);
	scoped(buf) hex = BUF(3);
	text_put_hex(&hex, SPAN_LIT("ab"));
	cr_assert(buf_check(&hex).kind == ERR_TOO_LARGE);
}
