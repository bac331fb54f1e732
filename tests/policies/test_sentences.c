/* SPDX-License-Identifier: Apache-2.0 */
/* Every action has a sentence in every language. */
#include "policies/sentences.h"

#include <criterion/criterion.h>

Test(sentences, each_action_has_its_own_in_each_language)
{
	for (unsigned language = 0; language < LANGUAGE_COUNT; language++)
		for (unsigned at = 1; at < ACTION_COUNT; at++) {
			const char *text = sentences_text((enum action)at, (enum language)language);
			cr_assert(text[0] != 0 && strchr(text, '{') == NULL, "%s",
				action_row((enum action)at)->name);
			for (unsigned other = 1; other < at; other++)
				cr_assert(strcmp(text,
						  sentences_text(
							  (enum action)other, (enum language)language)) != 0,
					"%s: %s says the same as %s", text, action_row((enum action)at)->name,
					action_row((enum action)other)->name);
		}
}

Test(sentences, a_language_is_not_another_one_over_again)
{
	size_t alike = 0;
	for (unsigned language = 1; language < LANGUAGE_COUNT; language++)
		for (unsigned at = 1; at < ACTION_COUNT; at++)
			alike += strcmp(sentences_text((enum action)at, LANGUAGE_EN),
					 sentences_text((enum action)at, (enum language)language)) == 0;
	cr_assert(alike == 0, "%zu texts are the English ones", alike);
}
