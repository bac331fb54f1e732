/* SPDX-License-Identifier: Apache-2.0 */
/* The languages we speak. */
#include "policies/languages.h"

#include <criterion/criterion.h>

Test(languages, six_codes_lead_back_to_themselves)
{
	static const char *const CODES[] = {"en", "bg", "sv", "ru", "hu", "fi"};
	cr_assert(LANGUAGE_COUNT == 6);
	for (unsigned at = 0; at < LANGUAGE_COUNT; at++) {
		enum language found;
		cr_assert(languages_find(span_text(CODES[at]), &found) && found == (enum language)at);
		cr_assert(strcmp(languages_code(found), CODES[at]) == 0);
		cr_assert(strlen(languages_name(found)) > 0);
	}
}

Test(languages, another_code_is_not_found)
{
	enum language found;
	cr_assert(!languages_find(SPAN_LIT("de"), &found));
	cr_assert(!languages_find(SPAN_LIT("EN"), &found));
	cr_assert(!languages_find(SPAN_LIT("en-GB"), &found));
	cr_assert(!languages_find(SPAN_NONE, &found));
}
