/* SPDX-License-Identifier: Apache-2.0 */
/* tongues - the list of Accept-Language, one element at a time. */
#include "server/http/tongues.h"

#include "server/http/weighted.h"

static bool find(struct span tag, enum language *language)
{
	struct span rest = tag, first;
	if (!span_cut(&rest, '-', &first))
		return false;
	for (unsigned i = 0; i < LANGUAGE_COUNT; i++)
		if (weighted_is(first, languages_code((enum language)i))) {
			*language = (enum language)i;
			return true;
		}
	return false;
}

bool tongues_choose(struct span accepted, enum language *language)
{
	struct span rest = accepted.len <= TONGUES_HEADER_MAX ? accepted : SPAN_NONE, tag;
	enum language found;
	int weight, most = 0;
	while (weighted_next(&rest, &tag, &weight))
		if (weight > most && find(tag, &found)) {
			*language = found;
			most = weight;
		}
	return most > 0;
}
