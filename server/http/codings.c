/* SPDX-License-Identifier: Apache-2.0 */
/* codings - the list of Accept-Encoding, one element at a time. */
#include "server/http/codings.h"

#include "server/http/weighted.h"

enum { WEIGHT_UNSAID = -1 };

static const char *const NAMES[CODING_COUNT] = {"br", "gzip", "identity"};

const char *codings_name(enum coding coding)
{
	return NAMES[coding];
}

/* The weights that are said, and that of `*`, which stands for every other. */
struct weights {
	int of[CODING_COUNT], others;
};

/* x-gzip is gzip: RFC 9110 §8.4.1.3. */
static void take_element(struct span name, int weight, struct weights *weights)
{
	if (weighted_is(name, "*"))
		weights->others = weight;
	if (weighted_is(name, "x-gzip"))
		weights->of[CODING_GZIP] = weight;
	for (size_t i = 0; i < CODING_COUNT; i++)
		if (weighted_is(name, NAMES[i]))
			weights->of[i] = weight;
}

static int weight_of(const struct weights *weights, size_t coding)
{
	return weights->of[coding] != WEIGHT_UNSAID ? weights->of[coding] : weights->others;
}

/* Who names codings and not identity takes it, but would rather have one of those; of `*` it is one as well. */
enum coding codings_choose(struct span accepted, unsigned offered)
{
	struct weights weights = {{WEIGHT_UNSAID, WEIGHT_UNSAID, WEIGHT_UNSAID}, WEIGHT_UNSAID};
	struct span rest = accepted.len <= CODINGS_HEADER_MAX ? accepted : SPAN_NONE, name;
	int weight;
	while (weighted_next(&rest, &name, &weight))
		take_element(name, weight, &weights);
	enum coding best = CODING_IDENTITY;
	int most = weight_of(&weights, CODING_IDENTITY);
	for (size_t i = CODING_IDENTITY; i-- > 0;) {
		int its = weight_of(&weights, i);
		if (!(offered >> i & 1) || its <= 0 || its < most)
			continue;
		best = (enum coding)i;
		most = its;
	}
	return best;
}
