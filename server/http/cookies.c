/* SPDX-License-Identifier: Apache-2.0 */
/* cookies - pairs between semicolons. */
#include "server/http/cookies.h"

#include <string.h>

static struct span trim(struct span text)
{
	while (text.len && (text.at[0] == ' ' || text.at[0] == '\t'))
		text = span_from(text, 1);
	while (text.len && (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\t'))
		text.len--;
	return text;
}

static size_t find(struct span text, uint8_t byte)
{
	const uint8_t *at = text.len ? memchr(text.at, byte, text.len) : NULL;
	return at ? (size_t)(at - text.at) : text.len;
}

struct span cookies_find(struct span header, const char *name)
{
	struct span found = SPAN_NONE;
	unsigned count = 0;
	while (header.len) {
		size_t end = find(header, ';');
		struct span pair = trim(span_first(header, end));
		size_t equals = find(pair, '=');
		if (equals < pair.len && span_is(span_first(pair, equals), name)) {
			found = span_from(pair, equals + 1);
			count++;
		}
		header = span_from(header, end < header.len ? end + 1 : end);
	}
	return count == 1 && found.len <= COOKIES_VALUE_MAX ? found : SPAN_NONE;
}
