/* SPDX-License-Identifier: Apache-2.0 */
/* secret_fields - take a name apart into words, and look for those of the list. */
#include "policies/secret_fields.h"

enum { WORDS_MAX = 256 };

static const char *const NAMES[] = {
#define SECRET_FIELD(words) (words),
#include "policies/secret_fields.def"
#undef SECRET_FIELD
};

enum { NAME_COUNT = sizeof NAMES / sizeof NAMES[0] };

static bool is_capital(uint8_t c)
{
	return c >= 'A' && c <= 'Z';
}

/* What is beyond ASCII belongs to words: no language's letters end one. */
static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || is_capital(c) || c >= 0x80;
}

struct words {
	char text[WORDS_MAX]; /* " api key ": a space around each */
	size_t len;
};

static void put(struct words *words, uint8_t c)
{
	bool doubled = c == ' ' && words->len && words->text[words->len - 1] == ' ';
	if (!doubled && words->len < WORDS_MAX)
		words->text[words->len++] = (char)c;
}

/* "userAPIKey2" is "user api key": a capital begins a word behind a small letter, and before one behind a
 * capital. */
static bool begins_word(struct span name, size_t at)
{
	if (at == 0 || !is_capital(name.at[at]))
		return false;
	bool before = is_capital(name.at[at - 1]);
	bool behind = at + 1 < name.len && name.at[at + 1] >= 'a' && name.at[at + 1] <= 'z';
	return !before || behind;
}

static void take_apart(struct span name, struct words *words)
{
	put(words, ' ');
	for (size_t i = 0; i < name.len; i++) {
		uint8_t c = name.at[i];
		if (!is_letter(c) || begins_word(name, i))
			put(words, ' ');
		if (is_letter(c))
			put(words, is_capital(c) ? c | 0x20 : c);
	}
	put(words, ' ');
}

static bool has(const struct words *words, const char *wanted)
{
	size_t len = strlen(wanted);
	for (size_t i = 0; i + len + 2 <= words->len; i++)
		if (words->text[i] == ' ' && memcmp(words->text + i + 1, wanted, len) == 0 &&
			words->text[i + 1 + len] == ' ')
			return true;
	return false;
}

bool secret_fields_has(struct span name)
{
	struct words words = {.len = 0};
	take_apart(name, &words);
	for (size_t i = 0; i < NAME_COUNT; i++)
		if (has(&words, NAMES[i]))
			return true;
	return false;
}
