/* SPDX-License-Identifier: Apache-2.0 */
/* recovery_codes - Crockford's base32: no I, L, O or U. */
#include "server/core/login/recovery_codes.h"

#include "crypto/random.h"

enum { CODE = RECOVERY_CODES_PLAIN, GROUP = 4 };

static const char ALPHABET[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void hash_code(const struct keeper *keeper, struct id tenant, struct id person, const char *code,
	uint8_t hash[static HASH_BLAKE])
{
	const struct span parts[] = {
		id_span(&tenant), SPAN_LIT("recovery"), id_span(&person), span_of(code, CODE)};
	keeper_hash(keeper, KEEPER_CODE, parts, sizeof parts / sizeof parts[0], hash);
}

void recovery_codes_draw(const struct keeper *keeper, struct id tenant, struct id person,
	char text[static RECOVERY_CODES_TEXT + 1], uint8_t hash[static HASH_BLAKE])
{
	char code[CODE];
	size_t at = 0;
	for (size_t i = 0; i < CODE; i++) {
		code[i] = ALPHABET[random_below(sizeof ALPHABET - 1)];
		if (i > 0 && i % GROUP == 0)
			text[at++] = '-';
		text[at++] = code[i];
	}
	text[at] = '\0';
	hash_code(keeper, tenant, person, code, hash);
	secret_wipe(code, sizeof code);
}

/* What a character stands for; 0 when for none. */
static char meant(char c)
{
	c = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	if (c == 'I' || c == 'L')
		return '1';
	if (c == 'O')
		return '0';
	return c != '\0' && strchr(ALPHABET, c) ? c : '\0';
}

fallible recovery_codes_parse(struct span typed, char code[static RECOVERY_CODES_PLAIN])
{
	char read[CODE];
	size_t count = 0;
	for (size_t i = 0; i < typed.len; i++) {
		char c = (char)typed.at[i];
		if (c == ' ' || c == '-')
			continue;
		c = meant(c);
		if (c == '\0' || count == CODE)
			return FAIL_CODE(MALFORMED_CODE, "a recovery code has sixteen letters and digits");
		read[count++] = c;
	}
	if (count != CODE)
		return FAIL_CODE(MALFORMED_CODE, "a recovery code has sixteen letters and digits");
	memcpy(code, read, CODE);
	secret_wipe(read, sizeof read);
	return OK;
}

fallible recovery_codes_hash(const struct keeper *keeper, struct id tenant, struct id person,
	struct span typed, uint8_t hash[static HASH_BLAKE])
{
	char code[CODE];
	TRY(recovery_codes_parse(typed, code));
	hash_code(keeper, tenant, person, code, hash);
	secret_wipe(code, sizeof code);
	return OK;
}
