/* SPDX-License-Identifier: Apache-2.0 */
/* tokens - the form, the check digits, and that nothing else passes. */
#include "crypto/tokens.h"

#include <criterion/criterion.h>

/* Computed with Python's zlib.crc32. The second has a check value with a leading zero. */
static const char KNOWN[] = "mun_app_0123456789ABCDEFGHIJabcdefghij2nQGGR";
static const char KNOWN_ZERO[] = "mun_per_000000000000000000000000000018001pF3";

static bool refused(struct span text)
{
	enum token_kind kind = TOKEN_OPERATOR;
	struct err err = tokens_check(text, &kind);
	return err.kind == ERR_STRANGER && kind == TOKEN_OPERATOR;
}

Test(tokens, what_is_made_passes_its_check)
{
	static const enum token_kind kinds[] = {
		TOKEN_APPLICATION, TOKEN_PERSON, TOKEN_OPERATOR, TOKEN_SESSION};
	static const char *const prefixes[] = {"mun_app_", "mun_per_", "mun_opr_"};
	for (size_t i = 0; i < 300; i++) {
		char text[TOKEN_TEXT + 1];
		enum token_kind kind;
		tokens_make(kinds[i % 3], text);
		cr_assert(strlen(text) == TOKEN_TEXT);
		cr_assert(span_starts(span_text(text), span_text(prefixes[i % 3])));
		cr_assert(!err_failed(tokens_check(span_text(text), &kind)) && kind == kinds[i % 3]);
	}
}

Test(tokens, the_check_digits_are_those_of_another_implementation)
{
	enum token_kind kind;
	cr_assert(!err_failed(tokens_check(span_text(KNOWN), &kind)) && kind == TOKEN_APPLICATION);
	cr_assert(!err_failed(tokens_check(span_text(KNOWN_ZERO), &kind)) && kind == TOKEN_PERSON);
}

Test(tokens, two_tokens_differ)
{
	char first[TOKEN_TEXT + 1];
	char second[TOKEN_TEXT + 1];
	tokens_make(TOKEN_PERSON, first);
	tokens_make(TOKEN_PERSON, second);
	cr_assert(strcmp(first, second) != 0);
}

Test(tokens, refuses_a_change_of_any_character)
{
	for (size_t i = 0; i < TOKEN_TEXT; i++) {
		for (int c = 0; c < 256; c++) {
			char text[TOKEN_TEXT];
			memcpy(text, KNOWN, TOKEN_TEXT);
			if (text[i] == (char)c)
				continue;
			text[i] = (char)c;
			cr_assert(refused(span_of(text, TOKEN_TEXT)), "character %zu as %d", i, c);
		}
	}
}

Test(tokens, refuses_two_characters_that_changed_places)
{
	for (size_t i = 8; i + 1 < TOKEN_TEXT; i++) {
		char text[TOKEN_TEXT];
		memcpy(text, KNOWN, TOKEN_TEXT);
		text[i] = KNOWN[i + 1];
		text[i + 1] = KNOWN[i];
		cr_assert(KNOWN[i] == KNOWN[i + 1] || refused(span_of(text, TOKEN_TEXT)), "at %zu", i);
	}
}

Test(tokens, refuses_every_other_length)
{
	char longer[TOKEN_TEXT + 2];
	memcpy(longer, KNOWN, TOKEN_TEXT);
	longer[TOKEN_TEXT] = '0';
	cr_assert(refused(span_of(longer, TOKEN_TEXT + 1)));
	for (size_t n = 0; n < TOKEN_TEXT; n++)
		cr_assert(refused(span_of(longer, n)), "%zu characters", n);
	cr_assert(refused(SPAN_NONE));
}

Test(tokens, codes_have_all_their_digits_and_leading_zeros)
{
	bool zero_first = false;
	for (size_t n = 6; n <= 9; n++) {
		for (int i = 0; i < 100; i++) {
			char digits[10];
			memset(digits, 'x', sizeof digits);
			tokens_make_digits(n, digits);
			cr_assert(strlen(digits) == n && strspn(digits, "0123456789") == n);
			zero_first = zero_first || digits[0] == '0';
		}
	}
	cr_assert(zero_first);
}
