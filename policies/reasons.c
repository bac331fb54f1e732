/* SPDX-License-Identifier: Apache-2.0 */
/* reasons - reasons.def as a table. */
#include "policies/reasons.h"

static const char *const WORDS[REASON_COUNT] = {
#define REASON(code, name, word) [code] = word,
#include "policies/reasons.def"
#undef REASON
};

const char *reasons_word(unsigned reason)
{
	return reason < REASON_COUNT ? WORDS[reason] : NULL;
}

bool reasons_find(struct span word, enum reason *reason)
{
	for (unsigned i = 1; word.len && i < REASON_COUNT; i++)
		if (WORDS[i] && span_is(word, WORDS[i])) {
			*reason = (enum reason)i;
			return true;
		}
	return false;
}

enum err_code reasons_code(enum reason reason)
{
	const char *word = reasons_word(reason);
	for (unsigned code = CODE_NONE + 1; word && code < CODE_COUNT; code++)
		if (span_is(span_text(word), err_row((enum err_code)code)->name))
			return (enum err_code)code;
	return CODE_DENIED;
}
