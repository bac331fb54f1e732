/* SPDX-License-Identifier: Apache-2.0 */
/* span - comparing, cutting and reading borrowed bytes. */
#include "base/span.h"

int span_compare(struct span a, struct span b)
{
	size_t common = a.len < b.len ? a.len : b.len;
	int order = common == 0 ? 0 : memcmp(a.at, b.at, common);
	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

bool span_cut(struct span *rest, char separator, struct span *part)
{
	if (!rest->at)
		return false;
	const uint8_t *found = rest->len ? memchr(rest->at, separator, rest->len) : NULL;
	if (!found) {
		*part = *rest;
		*rest = SPAN_NONE;
		return true;
	}
	size_t before = (size_t)(found - rest->at);
	*part = span_of(rest->at, before);
	*rest = span_of(found + 1, rest->len - before - 1);
	return true;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

struct span span_trim(struct span text)
{
	while (text.len && is_blank(text.at[0]))
		text = span_from(text, 1);
	while (text.len && is_blank(text.at[text.len - 1]))
		text.len--;
	return text;
}

bool span_number(struct span text, uint64_t max, uint64_t *value)
{
	uint64_t sum = 0;
	if (text.len == 0 || text.len > 20 || (text.len > 1 && text.at[0] == '0'))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		uint64_t digit = (uint64_t)text.at[i] - '0';
		if (text.at[i] < '0' || digit > 9 || sum > (UINT64_MAX - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	if (sum > max)
		return false;
	*value = sum;
	return true;
}
