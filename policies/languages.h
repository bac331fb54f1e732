/* SPDX-License-Identifier: Apache-2.0 */
/* languages - the languages that mails and pages are written in. */
#pragma once

#include "base/span.h"

enum language {
#define LANGUAGE(id, code, name) LANGUAGE_##id,
#include "policies/languages.def"
#undef LANGUAGE
	LANGUAGE_COUNT
};

/* languages_code - "sv". languages_name - what its speakers call it, UTF-8. Static. */
const char *languages_code(enum language language);
const char *languages_name(enum language language);

/* languages_find - the language of a code, in lower case; false when we do not speak it. */
bool languages_find(struct span code, enum language *language);
