/* SPDX-License-Identifier: Apache-2.0 */
/* What texts promise: UTF-8, NFC, folding, addresses, refs and typed codes. */
#include "base/text.h"

#include "base/ids.h"
#include "tests/support/dice.h"

#include <criterion/criterion.h>

Test(text, well_formed_utf8_is_accepted)
{
	static const char *const rows[] = {"", "abc", "\u00e4\u00f6", "\u20ac", "\U0001f600", "\U0010ffff",
		"\ud7ff", "\ue000", "\uffff"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert(text_is_utf8(span_text(rows[i])), "row %zu", i);
	cr_assert(text_is_utf8(SPAN_LIT("a\0b")) && text_is_utf8(SPAN_NONE));
}

Test(text, broken_utf8_is_refused)
{
	static const char *const rows[] = {"\x80", "\xbf", "a\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98",
		"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
		"\xfe", "\xff", "\xc3(", "\xe2\x82(", "\xf8\x88\x80\x80\x80"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert(!text_is_utf8(span_text(rows[i])), "row %zu", i);
}

static void assert_normalises(const char *text, const char *expected)
{
	scoped(arena) arena = ARENA(4096);
	struct span nfc;
	cr_assert(!err_failed(text_normalise(span_text(text), &arena, &nfc)));
	cr_assert(span_is(nfc, expected), "%s", text);
}

Test(text, normalising_composes)
{
	assert_normalises("", "");
	assert_normalises("plain", "plain");
	assert_normalises("a\u0308", "\u00e4");
	assert_normalises("\u00e4", "\u00e4");
	assert_normalises("\u212b", "\u00c5"); /* the sign of the angstrom */
	assert_normalises("\u1100\u1161", "\uac00");
	assert_normalises("q\u0307\u0323", "q\u0323\u0307"); /* marks in their order */
	assert_normalises("\ufb01", "\ufb01");               /* a ligature differs by compatibility only */
}

Test(text, normalising_refuses_what_is_no_utf8)
{
	scoped(arena) arena = ARENA(4096);
	struct span out = SPAN_LIT("as it was");
	cr_assert(text_normalise(SPAN_LIT("a\xff"), &arena, &out).kind == ERR_INVALID);
	cr_assert(text_fold(SPAN_LIT("a\xff"), &arena, &out).kind == ERR_INVALID);
	cr_assert(span_is(out, "as it was"));
}

static bool folds_alike_to(const char *text, const char *wanted)
{
	scoped(arena) arena = ARENA(4096);
	struct span out;
	cr_assert(!err_failed(text_fold_alike(span_text(text), &arena, &out)), "%s", text);
	return span_is(out, wanted);
}

Test(text, what_looks_alike_folds_to_the_same)
{
	cr_assert(folds_alike_to("CVV 737", "cvv 737") && folds_alike_to("", ""));
	cr_assert(folds_alike_to("ＣＶＶ ７３７", "cvv 737"));
	cr_assert(folds_alike_to("ﬁ²③➆٤५", "fi23745"));
	cr_assert(folds_alike_to("a\u200b\u00adb\ufeff", "ab") && folds_alike_to("\u200b", ""));
	cr_assert(folds_alike_to("A\u0308ITI", "\u00e4iti") && folds_alike_to("КАРТА", "карта"));
	cr_assert(folds_alike_to("ℳⒶ\U0001d4d0", "maa") && folds_alike_to("a\u200b\u0308", "\u00e4"));
}

Test(text, a_phrase_folds_to_its_words_with_one_blank_between)
{
	static const struct {
		const char *text, *folded;
	} CASES[] = {
		{"Pay  \t Roll", "pay roll"},
		{"pay\u00a0\u2003\u3000\u1680\u2028roll", "pay roll"},
		{"pay\u2011roll\u2014now \u2212\uff0d", "pay-roll-now --"},
		{"", ""},
		{"\u200b", ""},
		{"  ", " "},
	};
	scoped(arena) arena = ARENA(4096);
	scoped(arena) small = ARENA(16);
	struct span out = SPAN_LIT("as it was");
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		cr_assert(!err_failed(text_fold_phrase(span_text(CASES[i].text), &arena, &out)), "%zu", i);
		cr_assert(span_equal(out, span_text(CASES[i].folded)), "%zu", i);
	}
	cr_assert(text_fold_phrase(SPAN_LIT("a\xff"), &arena, &out).kind == ERR_INVALID);
	cr_assert(text_fold_phrase(SPAN_LIT("nine here"), &small, &out).kind == ERR_NO_MEMORY);
}

Test(text, folding_what_looks_alike_refuses_and_fails_as_folding_does)
{
	scoped(arena) arena = ARENA(16);
	struct span out = SPAN_LIT("as it was");
	cr_assert(text_fold_alike(SPAN_LIT("a\xff"), &arena, &out).kind == ERR_INVALID);
	cr_assert(text_fold_alike(SPAN_LIT("a\u0308seventeen letters"), &arena, &out).kind == ERR_NO_MEMORY);
	cr_assert(text_fold_alike(SPAN_LIT("a\u0308 nine"), &arena, &out).kind == ERR_NO_MEMORY);
	cr_assert(span_is(out, "as it was"));
}

Test(text, a_digit_of_any_script_is_one)
{
	static const char *const HAS[] = {"a1", "７", "a²", "٤", "➆", "\3771"};
	static const char *const HAS_NONE[] = {"", "Eva Karlsson-Szabó", "éٱ", "\xff"};
	for (size_t i = 0; i < sizeof HAS / sizeof HAS[0]; i++)
		cr_assert(text_has_digit(span_text(HAS[i])), "%zu", i);
	for (size_t i = 0; i < sizeof HAS_NONE / sizeof HAS_NONE[0]; i++)
		cr_assert(!text_has_digit(span_text(HAS_NONE[i])), "%zu", i);
}

Test(text, normalising_without_room_fails_for_memory)
{
	scoped(arena) arena = ARENA(16);
	struct span out = SPAN_LIT("as it was");
	cr_assert(text_normalise(SPAN_LIT("seventeen letters"), &arena, &out).kind == ERR_NO_MEMORY);
	cr_assert(text_normalise(SPAN_LIT("a\u0308seventeen letters"), &arena, &out).kind == ERR_NO_MEMORY);
	cr_assert(text_fold(SPAN_LIT("seventeen letters"), &arena, &out).kind == ERR_NO_MEMORY);
	cr_assert(span_is(out, "as it was"));
}

/* Whether two texts fold to the same bytes. */
static bool folds_alike(const char *a, const char *b)
{
	scoped(arena) arena = ARENA(4096);
	struct span first;
	struct span second;
	cr_assert(!err_failed(text_fold(span_text(a), &arena, &first)));
	cr_assert(!err_failed(text_fold(span_text(b), &arena, &second)));
	return span_equal(first, second);
}

Test(text, folding_makes_texts_equal_that_people_take_for_equal)
{
	cr_assert(folds_alike("", ""));
	cr_assert(folds_alike("Anna.MEIER", "anna.meier"));
	cr_assert(folds_alike("STRASSE", "stra\u00dfe"));
	cr_assert(folds_alike("M\u00dcLLER", "mu\u0308ller"));
	cr_assert(folds_alike("\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2")); /* the final sigma */
	cr_assert(folds_alike("\u1e9e", "ss"));
	cr_assert(folds_alike("\u03b1\u0345\u0301", "\u1fb4")); /* the iota below, in another order */
}

Test(text, folding_keeps_other_texts_apart)
{
	cr_assert(!folds_alike("anna", "anne"));
	cr_assert(!folds_alike("muller", "m\u00fcller"));
	cr_assert(!folds_alike("a", "\u0430"), "a Cyrillic letter stays another letter");
}

/* A random text of characters from all planes. */
static struct span random_text(struct dice *dice, struct buf *buf)
{
	static const uint32_t starts[] = {0x20, 0xa0, 0x300, 0x370, 0x1e00, 0x1f00, 0xac00, 0x1d400};
	buf_clear(buf);
	for (size_t n = dice_below(dice, 12); n > 0; n--) {
		uint32_t c = starts[dice_below(dice, 8)] + (uint32_t)dice_below(dice, 0x100);
		if (c < 0x80) {
			buf_put_u8(buf, (uint8_t)c);
		} else if (c < 0x800) {
			buf_put_u16(buf, (uint16_t)(0xc080 | (c << 2 & 0x1f00) | (c & 0x3f)));
		} else if (c < 0x10000) {
			buf_put_u8(buf, (uint8_t)(0xe0 | c >> 12));
			buf_put_u16(buf, (uint16_t)(0x8080 | (c << 2 & 0x3f00) | (c & 0x3f)));
		} else {
			buf_put_u16(buf, (uint16_t)(0xf080 | (c >> 10 & 0x700) | (c >> 12 & 0x3f)));
			buf_put_u16(buf, (uint16_t)(0x8080 | (c << 2 & 0x3f00) | (c & 0x3f)));
		}
	}
	return buf_span(buf);
}

Test(text, normalising_and_folding_twice_changes_nothing_more)
{
	struct dice dice = {4};
	scoped(buf) buf = BUF(4096);
	for (int round = 0; round < 20000; round++) {
		scoped(arena) arena = ARENA(1 << 16);
		struct span once;
		struct span twice;
		struct span text = random_text(&dice, &buf);
		cr_assert(!err_failed(text_normalise(text, &arena, &once)));
		cr_assert(!err_failed(text_normalise(once, &arena, &twice)) && span_equal(once, twice));
		cr_assert(!err_failed(text_fold(text, &arena, &once)));
		cr_assert(!err_failed(text_fold(once, &arena, &twice)) && span_equal(once, twice), "%.*s",
			SPAN_FMT(text));
	}
}

Test(text, cutting_never_splits_a_character)
{
	struct span text = SPAN_LIT("a\u00e4\u20ac\U0001f600");
	static const size_t lengths[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
	for (size_t max = 0; max < sizeof lengths / sizeof *lengths; max++) {
		struct span cut = text_cut(text, max);
		cr_assert(cut.len == lengths[max], "at %zu", max);
		cr_assert(text_is_utf8(cut));
	}
}

Test(text, cutting_hostile_bytes_stays_inside)
{
	cr_assert(text_cut(SPAN_LIT("\x80\x80\x80\x80"), 3).len <= 3);
	cr_assert(text_cut(SPAN_NONE, 0).len == 0);
	cr_assert(text_cut(SPAN_NONE, 10).len == 0);
}

Test(text, addresses_that_can_stand_in_an_smtp_command_are_taken)
{
	static const char *const rows[] = {"a@b", "anna@example.org", "anna.meier+tag@mail.example.org",
		"o'neil@example.org", "m\u00fcller@b\u00fccher.example", "a@1.2.3.4", "x_y-z=1@ex-ample.org",
		"\u7528\u6237@\u4f8b\u5b50.\u516c\u53f8", "!#$%&'*+-/=?^_`{|}~@example.org"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert(text_is_email(span_text(rows[i])), "%s", rows[i]);
}

Test(text, addresses_that_would_break_an_smtp_command_are_refused)
{
	static const char *const rows[] = {"", "@", "a@", "@b", "ab", "a@@b", "a@b@c", "a b@c", "a@b c",
		"a@b\r\nRCPT TO:<c@d>", "a\n@b", "a\t@b", "a\x7f@b", "<a@b>", "a>@b", "a@b>", "a,b@c",
		"a;b@c", "a@b,c", "\"a b\"@c", "a\\b@c", "a(b)@c", "a@[127.0.0.1]", "a@b..c", "a@.b", "a@b.",
		"a..b@c", ".a@b", "a.@b", "a@b_c", "a@b:25", "a\u00a0@b", "a\u2028@b", "a@b\u200b",
		"a\u202e@b", "a\302\205@b", "a\ufeff@b", "a@b\xff", "\xc3@b", "a@b/c"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert(!text_is_email(span_text(rows[i])), "%s", rows[i]);
	cr_assert(!text_is_email(SPAN_LIT("a\0@b")) && !text_is_email(SPAN_LIT("a@b\0")));
	cr_assert(!text_is_email(SPAN_NONE));
}

Test(text, an_address_has_at_most_254_bytes)
{
	char long_one[256];
	memset(long_one, 'a', sizeof long_one);
	long_one[1] = '@';
	cr_assert(text_is_email(span_of(long_one, 254)));
	cr_assert(!text_is_email(span_of(long_one, 255)));
}

static void assert_masked(const char *email, const char *expected)
{
	scoped(buf) buf = BUF(300);
	text_mask_email(span_text(email), &buf);
	cr_assert(span_is(buf_span(&buf), expected), "%.*s", SPAN_FMT(buf_span(&buf)));
}

Test(text, a_masked_address_shows_one_character_and_the_domain)
{
	assert_masked("ivana@example.org", "i***@example.org");
	assert_masked("i@example.org", "i***@example.org");
	assert_masked("\u00e4rger@example.org", "\u00e4***@example.org");
}

Test(text, masking_what_is_no_address_shows_no_more)
{
	assert_masked("", "***");
	assert_masked("ivana", "***");
	assert_masked("@example.org", "***@example.org");
	assert_masked("secret@inner@example.org", "s***@example.org");
	assert_masked("\x80\x80@b", "\x80\x80***@b");
}

Test(text, a_ref_is_made_of_plain_characters)
{
	static const char *const rows[] = {
		"a", "A-1", "user:42", "anna@example.org", "x.y_z+1", "0", "_", "person_1", "per-1"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert(text_is_ref(span_text(rows[i])), "%s", rows[i]);
}

Test(text, other_characters_and_our_prefixes_are_no_ref)
{
	static const char *const rows[] = {"", " ", "a b", "a/b", "a\\b", "a%", "\u00e4", "a\n", "a\"b",
		"a,b", "per_1", "cli_", "mun_abc", "enr_x", "per_01h455vb4pex5vsknk084sn02q"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert(!text_is_ref(span_text(rows[i])), "%s", rows[i]);
	for (enum id_kind kind = 0; kind < ID_KIND_COUNT; kind++) {
		char ref[6] = "xxx_1";
		memcpy(ref, ids_prefix(kind), 3);
		cr_assert(!text_is_ref(span_text(ref)), "%s", ref);
	}
	cr_assert(!text_is_ref(SPAN_LIT("a\0b")) && !text_is_ref(SPAN_NONE));
}

Test(text, a_ref_has_at_most_128_bytes)
{
	char ref[129];
	memset(ref, 'r', sizeof ref);
	cr_assert(text_is_ref(span_of(ref, 128)));
	cr_assert(!text_is_ref(span_of(ref, 129)));
}

Test(text, a_typed_code_is_its_digits)
{
	static const char *const rows[] = {"123456", "123 456", "123-456", " 123456 ", "12 34 56",
		"123\u00a0456", "123\u202f456", "123\u2013456", "1-2-3-4-5-6", "123\u2212456"};
	char digits[7];
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		cr_assert(!err_failed(text_code(span_text(rows[i]), 4, 6, digits)), "%s", rows[i]);
		cr_assert_str_eq(digits, "123456");
	}
	cr_assert(!err_failed(text_code(SPAN_LIT("0012"), 4, 6, digits)));
	cr_assert_str_eq(digits, "0012", "zeros in front stay");
}

Test(text, a_code_with_anything_else_is_malformed)
{
	static const char *const rows[] = {"", " ", "-", "\u00a0", "1234567", "12345a", "12.456", "123456\n",
		"123\t456", "+123456", "\u0661\u0662\u0663", "\uff11\uff12\uff13", "123\xc2", "123\xe2\x80",
		"12345O", "123\u3000456", "001", "0 - 0 1"};
	char digits[7] = "before";
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert(text_code(span_text(rows[i]), 4, 6, digits).code == CODE_MALFORMED_CODE, "%s",
			rows[i]);
	cr_assert(text_code(SPAN_LIT("123\0"), 4, 6, digits).code == CODE_MALFORMED_CODE);
	cr_assert(text_code(SPAN_NONE, 0, 6, digits).code == CODE_MALFORMED_CODE);
	cr_assert_str_eq(digits, "before");
}

Test(text, a_part_is_found_whatever_its_case)
{
	scoped(arena) arena = ARENA(4096);
	struct span part;
	bool has = false;
	cr_assert(!err_failed(text_fold(SPAN_LIT("\xc3\x84iti"), &arena, &part)));
	cr_assert(!err_failed(text_has(SPAN_LIT("Oma \xc3\xa4ITI"), part, &arena, &has)) && has);
	cr_assert(!err_failed(text_has(SPAN_LIT("\xc3\xa4it"), part, &arena, &has)) && !has,
		"only a piece of it");
	cr_assert(text_has(SPAN_LIT("\xff"), part, &arena, &has).kind == ERR_INVALID, "no UTF-8");
}
