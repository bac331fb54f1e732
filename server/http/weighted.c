/* SPDX-License-Identifier: Apache-2.0 */
/* weighted - name [;q=weight], one after the other. */
#include "server/http/weighted.h"

#include <strings.h>

enum { WEIGHT_DIGITS = 3 };

bool weighted_is(struct span name, const char *word)
{
	return name.len == strlen(word) && strncasecmp((const char *)name.at, word, name.len) == 0;
}

/* 0, 0.5, 0.125, 1, 1.000: at most three digits behind the point, in thousandths. */
static bool parse_weight(struct span text, int *weight)
{
	if (text.len == 0 || text.len > 2 + WEIGHT_DIGITS || (text.at[0] != '0' && text.at[0] != '1'))
		return false;
	if (text.len > 1 && text.at[1] != '.')
		return false;
	int sum = (text.at[0] - '0') * WEIGHTED_ONE, unit = WEIGHTED_ONE;
	for (size_t i = 2; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		unit /= 10;
		sum += (text.at[i] - '0') * unit;
	}
	*weight = sum;
	return sum <= WEIGHTED_ONE;
}

/* Neither codings nor languages have another parameter. */
static bool parse_element(struct span element, struct span *name, int *weight)
{
	struct span rest = element, part;
	*weight = WEIGHTED_ONE;
	if (!span_cut(&rest, ';', &part))
		return false;
	*name = span_trim(part);
	if (!rest.at)
		return name->len > 0;
	struct span said = span_trim(rest);
	if (said.len < 2 || !weighted_is(span_first(said, 2), "q="))
		return false;
	return name->len > 0 && parse_weight(span_from(said, 2), weight);
}

bool weighted_next(struct span *list, struct span *name, int *weight)
{
	struct span element;
	while (span_cut(list, ',', &element))
		if (parse_element(element, name, weight))
			return true;
	return false;
}
