/* SPDX-License-Identifier: Apache-2.0 */
/* test_spoken_words - what can be told on a bad line. */
#include "policies/spoken_words.h"

#include <criterion/criterion.h>
#include <string.h>

Test(spoken_words, each_has_three_to_eight_small_letters_and_all_are_in_order)
{
	for (unsigned i = 0; i < SPOKEN_WORDS_COUNT; i++) {
		const char *word = spoken_words_get(i);
		size_t len = strlen(word);
		cr_assert(len >= SPOKEN_WORDS_MIN && len <= SPOKEN_WORDS_MAX, "%s", word);
		cr_assert(strspn(word, "abcdefghijklmnopqrstuvwxyz") == len, "%s", word);
		cr_assert(i == 0 || strcmp(spoken_words_get(i - 1), word) < 0, "%s", word);
	}
}

Test(spoken_words, no_two_begin_with_the_same_four_letters_and_none_begins_another)
{
	for (unsigned i = 1; i < SPOKEN_WORDS_COUNT; i++) {
		const char *before = spoken_words_get(i - 1), *word = spoken_words_get(i);
		cr_assert(strncmp(before, word, SPOKEN_WORDS_PREFIX) != 0, "%s %s", before, word);
		cr_assert(strncmp(before, word, strlen(before)) != 0, "%s %s", before, word);
	}
}

Test(spoken_words, none_insults_or_frightens_whom_it_is_told)
{
	static const char *const NEVER[] = {"sex", "nazi", "rape", "porn", "fuck", "shit", "cunt", "slut",
		"drug", "murd", "kill", "bomb", "slav", "suic", "terr", "raci", "nigg", "viol", "dead",
		"death", "blood", "gun", "hate", "hell", "devil", "god"};
	for (unsigned i = 0; i < SPOKEN_WORDS_COUNT; i++)
		for (size_t n = 0; n < sizeof NEVER / sizeof NEVER[0]; n++)
			cr_assert(strncmp(spoken_words_get(i), NEVER[n], strlen(NEVER[n])) != 0, "%s",
				spoken_words_get(i));
}

Test(spoken_words, each_is_found_by_itself_by_its_beginning_and_in_capitals)
{
	for (unsigned i = 0; i < SPOKEN_WORDS_COUNT; i++) {
		char typed[SPOKEN_WORDS_MAX + 1] = {0};
		const char *word = spoken_words_get(i);
		for (size_t at = 0; word[at]; at++)
			typed[at] = (char)(word[at] - 'a' + 'A');
		cr_assert(
			spoken_words_find(span_text(word)) == i && spoken_words_find(span_text(typed)) == i);
		if (strlen(word) > SPOKEN_WORDS_PREFIX)
			cr_assert(spoken_words_find(span_first(span_text(word), SPOKEN_WORDS_PREFIX)) == i);
	}
}

Test(spoken_words, what_is_none_of_them_is_none)
{
	static const char *const NONE[] = {
		"", "a", "xyz", "zzzz", "qqqqqqqq", "abandonment", "b\xc3\xa5t", "123"};
	for (size_t i = 0; i < sizeof NONE / sizeof NONE[0]; i++)
		cr_assert(spoken_words_find(span_text(NONE[i])) == SPOKEN_WORDS_COUNT, "%s", NONE[i]);
}
