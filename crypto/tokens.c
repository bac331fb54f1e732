/* SPDX-License-Identifier: Apache-2.0 */
/* tokens - texts that are drawn, can be told from a typing error, and are stored as a keyed hash only. */
#include "crypto/tokens.h"

#include "crypto/random.h"

#include <assert.h>

enum { PREFIX = 8, DRAWN = 30, CHECK = 6, BASE = 62 };

static const char PREFIXES[][PREFIX + 1] = {
	[TOKEN_APPLICATION] = "mun_app_",
	[TOKEN_PERSON] = "mun_per_",
	[TOKEN_OPERATOR] = "mun_opr_",
	[TOKEN_SESSION] = "mun_ses_",
};

static const char ALPHABET[BASE + 1] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* CRC-32 of IEEE 802.3, bit by bit: no table that a secret would index. */
static uint32_t crc32(struct span text)
{
	uint32_t crc = UINT32_MAX;
	for (size_t i = 0; i < text.len; i++) {
		crc ^= text.at[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
	}
	return ~crc;
}

/* Base62 with leading zeros, the highest digit first. */
static void put_check(struct span text, char out[static CHECK])
{
	uint32_t crc = crc32(text);
	for (size_t i = CHECK; i > 0; i--, crc /= BASE)
		out[i - 1] = ALPHABET[crc % BASE];
}

void tokens_make(enum token_kind kind, char out[static TOKEN_TEXT + 1])
{
	memcpy(out, PREFIXES[kind], PREFIX);
	for (size_t i = 0; i < DRAWN; i++)
		out[PREFIX + i] = ALPHABET[random_below(BASE)];
	put_check(span_of(out, PREFIX + DRAWN), out + PREFIX + DRAWN);
	out[TOKEN_TEXT] = '\0';
}

static bool find_kind(struct span text, enum token_kind *kind)
{
	for (size_t i = 0; i < sizeof PREFIXES / sizeof PREFIXES[0]; i++) {
		if (span_starts(text, span_of(PREFIXES[i], PREFIX))) {
			*kind = (enum token_kind)i;
			return true;
		}
	}
	return false;
}

static bool is_base62(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i], letter = c | 0x20;
		if (!(c >= '0' && c <= '9') && !(letter >= 'a' && letter <= 'z'))
			return false;
	}
	return true;
}

fallible tokens_check(struct span text, enum token_kind *kind)
{
	enum token_kind found;
	if (text.len != TOKEN_TEXT || !find_kind(text, &found) || !is_base62(span_from(text, PREFIX)))
		return FAIL(STRANGER, "a token does not have the form of one");
	char check[CHECK];
	put_check(span_first(text, PREFIX + DRAWN), check);
	if (!span_equal(span_from(text, PREFIX + DRAWN), span_of(check, CHECK)))
		return FAIL(STRANGER, "a token's check digits do not fit");
	*kind = found;
	return OK;
}

void tokens_make_digits(size_t digits, char *out)
{
	assert(digits >= 6 && digits <= 9);
	for (size_t i = 0; i < digits; i++)
		out[i] = (char)('0' + random_below(10));
	out[digits] = '\0';
}
