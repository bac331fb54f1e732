/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as Accept-Language: what is chosen is one of ours, and stands in the list. */
#include "server/http/tongues.h"

#include <assert.h>
#include <ctype.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool stands_in(const char *code, const uint8_t *data, size_t size)
{
	for (size_t at = 0; at + 1 < size; at++)
		if (tolower(data[at]) == code[0] && tolower(data[at + 1]) == code[1])
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum language language = LANGUAGE_COUNT;
	if (!tongues_choose(span_of(data, size), &language))
		assert(language == LANGUAGE_COUNT);
	else
		assert(language < LANGUAGE_COUNT && stands_in(languages_code(language), data, size));
	return 0;
}
