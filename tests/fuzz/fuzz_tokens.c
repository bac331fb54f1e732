/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_tokens - hostile text as a bearer token: what passes has the form of one in every character. */
#include "crypto/tokens.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_letter_or_digit(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static void check_passed(struct span text)
{
	if (text.len != TOKEN_TEXT || !span_starts(text, SPAN_LIT("mun_")))
		abort();
	for (size_t i = 8; i < text.len; i++) {
		if (!is_letter_or_digit(text.at[i]))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum token_kind kind;
	struct err err = tokens_check(span_of(data, size), &kind);
	if (!err_failed(err))
		check_passed(span_of(data, size));
	else if (err.kind != ERR_STRANGER)
		abort();
	return 0;
}
