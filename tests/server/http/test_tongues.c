/* SPDX-License-Identifier: Apache-2.0 */
/* Which language a reader is spoken to in: the one it asks for, and none that it did not. */
#include "server/http/tongues.h"

#include <criterion/criterion.h>
#include <string.h>

static void assert_chosen(const char *accepted, const char *expected)
{
	enum language language = LANGUAGE_COUNT;
	bool any = tongues_choose(accepted ? span_text(accepted) : SPAN_NONE, &language);
	cr_assert_str_eq(
		any ? languages_code(language) : "-", expected, "of '%s'", accepted ? accepted : "-");
}

Test(tongues, the_highest_weight_wins_and_of_equals_the_first)
{
	assert_chosen("sv", "sv");
	assert_chosen("sv-FI, fi;q=0.9, en;q=0.5", "sv");
	assert_chosen("de, en;q=0.4, BG-bg;q=0.8, *;q=0.1", "bg");
	assert_chosen("ru;q=0.5, hu;q=0.5", "ru");
	assert_chosen(" fi ; q=0.001 ", "fi");
}

Test(tongues, who_names_none_of_ours_is_told_what_everybody_is_told)
{
	assert_chosen(NULL, "-");
	assert_chosen("", "-");
	assert_chosen("*", "-");
	assert_chosen("de, fr;q=0.9", "-");
	assert_chosen("sv;q=0", "-");
	assert_chosen("svenska", "-");
}

Test(tongues, what_does_not_parse_is_passed_over)
{
	assert_chosen("sv;q=2, fi", "fi");
	assert_chosen("sv;v=1, fi", "fi");
	assert_chosen(",,;q=1,-sv,hu;q=0.1", "hu");
	assert_chosen("sv;q=0.1234, en", "en");
}

Test(tongues, a_list_without_end_is_as_if_it_were_not_there)
{
	char list[TONGUES_HEADER_MAX + 8];
	memset(list, ',', sizeof list);
	memcpy(list, "sv", 2);
	list[TONGUES_HEADER_MAX] = 0;
	assert_chosen(list, "sv");
	list[TONGUES_HEADER_MAX] = ',';
	list[TONGUES_HEADER_MAX + 1] = 0;
	assert_chosen(list, "-");
}
