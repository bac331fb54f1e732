/* SPDX-License-Identifier: Apache-2.0 */
/* spoken_words - the table, and a search in it. */
#include "policies/spoken_words.h"

#include <string.h>

static const char *const WORDS[] = {
#define SPOKEN(word) word,
#include "policies/spoken_words.def"
#undef SPOKEN
};

_Static_assert(sizeof WORDS / sizeof WORDS[0] == SPOKEN_WORDS_COUNT, "eleven bits a word");

const char *spoken_words_get(unsigned at)
{
	return WORDS[at];
}

static char small(uint8_t letter)
{
	return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : (char)letter;
}

/* As far as the words differ from each other, a typed one has to agree; behind that it may be misheard. */
static bool is_meant(const char *word, struct span typed)
{
	size_t len = strlen(word), compared = len < SPOKEN_WORDS_PREFIX ? len : SPOKEN_WORDS_PREFIX;
	if (typed.len < compared || (len < SPOKEN_WORDS_PREFIX && typed.len != len))
		return false;
	for (size_t i = 0; i < compared; i++)
		if (small(typed.at[i]) != word[i])
			return false;
	return true;
}

unsigned spoken_words_find(struct span typed)
{
	unsigned at = 0;
	while (at < SPOKEN_WORDS_COUNT && !(typed.len <= SPOKEN_WORDS_MAX && is_meant(WORDS[at], typed)))
		at++;
	return at;
}
