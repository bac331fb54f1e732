/* SPDX-License-Identifier: Apache-2.0 */
/* languages - the rows of languages.def as a table. */
#include "policies/languages.h"

#include <assert.h>

static const struct {
	const char *code;
	const char *name;
} ROWS[LANGUAGE_COUNT] = {
#define LANGUAGE(id, code, name) [LANGUAGE_##id] = {code, name},
#include "policies/languages.def"
#undef LANGUAGE
};

const char *languages_code(enum language language)
{
	assert(language < LANGUAGE_COUNT);
	return ROWS[language].code;
}

const char *languages_name(enum language language)
{
	assert(language < LANGUAGE_COUNT);
	return ROWS[language].name;
}

bool languages_find(struct span code, enum language *language)
{
	for (unsigned at = 0; at < LANGUAGE_COUNT; at++)
		if (span_is(code, ROWS[at].code)) {
			*language = (enum language)at;
			return true;
		}
	return false;
}
