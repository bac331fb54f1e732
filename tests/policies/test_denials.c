/* SPDX-License-Identifier: Apache-2.0 */
/* test_denials - whoever is refused is told why, in every language, and never in another one's words. */
#include "policies/denials.h"

#include "policies/reasons.h"

#include <criterion/criterion.h>
#include <string.h>

/* Every reason of grant_rules_use. */
static const enum reason REASONS[] = {REASON_GRANT_EXPIRED, REASON_APPROVAL_PENDING, REASON_GRANT_SUSPENDED,
	REASON_FROZEN, REASON_OTHER_COUNTRY, REASON_OUTSIDE_HOURS, REASON_NDA_MISSING, REASON_CONSENT_MISSING,
	REASON_CHECKED_OUT, REASON_MODE_NOT_ALLOWED, REASON_NOT_ALLOWED, REASON_USES_EXHAUSTED,
	REASON_PURPOSE_REQUIRED, REASON_PURPOSE_DENIED, REASON_PERSON_UNPROVEN, REASON_STEPUP_REQUIRED};

enum { REASON_ROWS = sizeof REASONS / sizeof REASONS[0] };

static const char *text_of(size_t at, unsigned language)
{
	return denials_text(reasons_code(REASONS[at]), (enum language)language);
}

Test(denials, each_reason_of_a_use_has_a_sentence_of_its_own_in_each_language)
{
	for (unsigned language = 0; language < LANGUAGE_COUNT; language++)
		for (size_t at = 0; at < REASON_ROWS; at++) {
			const char *text = text_of(at, language);
			cr_assert(text && !strchr(text, '{'), "%s", reasons_word(REASONS[at]));
			for (size_t other = 0; other < at; other++)
				cr_assert(strcmp(text, text_of(other, language)) != 0, "%s twice", text);
			for (unsigned tongue = 0; tongue < language; tongue++)
				cr_assert(
					strcmp(text, text_of(at, tongue)) != 0, "%s in two languages", text);
		}
}

Test(denials, what_is_no_denial_has_none)
{
	cr_assert(denials_text(CODE_NOT_FOUND, LANGUAGE_SV) == NULL);
	cr_assert(denials_text(CODE_NONE, LANGUAGE_SV) == NULL);
}
