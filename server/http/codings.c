/* SPDX-License-Identifier: Apache-2.0 */
/* codings - the list of Accept-Encoding, one element at a time. */
#include "server/http/codings.h"

#include <strings.h>

enum { WEIGHT_ONE = 1000, WEIGHT_DIGITS = 3, WEIGHT_UNSAID = -1 };

static const char *const NAMES[CODING_COUNT] = {"br", "gzip", "identity"};

const char *codings_name(enum coding coding)
{
	return NAMES[coding];
}

static bool is_word(struct span text, const char *word)
{
	return text.len == strlen(word) && strncasecmp((const char *)text.at, word, text.len) == 0;
}

/* 0, 0.5, 0.125, 1, 1.000: at most three digits behind the point, in thousandths. */
static bool parse_weight(struct span text, int *weight)
{
	if (text.len == 0 || text.len > 2 + WEIGHT_DIGITS || (text.at[0] != '0' && text.at[0] != '1'))
		return false;
	if (text.len > 1 && text.at[1] != '.')
		return false;
	int sum = (text.at[0] - '0') * WEIGHT_ONE, unit = WEIGHT_ONE;
	for (size_t i = 2; i < text.len; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		unit /= 10;
		sum += (text.at[i] - '0') * unit;
	}
	*weight = sum;
	return sum <= WEIGHT_ONE;
}

/* name [;q=weight]. No coding has another parameter. */
static bool parse_element(struct span element, struct span *name, int *weight)
{
	struct span rest = element, part;
	*weight = WEIGHT_ONE;
	if (!span_cut(&rest, ';', &part))
		return false;
	*name = span_trim(part);
	if (!rest.at)
		return name->len > 0;
	struct span said = span_trim(rest);
	if (said.len < 2 || !is_word(span_first(said, 2), "q="))
		return false;
	return name->len > 0 && parse_weight(span_from(said, 2), weight);
}

/* The weights that are said, and that of `*`, which stands for every other. */
struct weights {
	int of[CODING_COUNT], others;
};

/* x-gzip is gzip: RFC 9110 §8.4.1.3. */
static void take_element(struct span element, struct weights *weights)
{
	struct span name;
	int weight;
	if (!parse_element(element, &name, &weight))
		return;
	if (is_word(name, "*"))
		weights->others = weight;
	if (is_word(name, "x-gzip"))
		weights->of[CODING_GZIP] = weight;
	for (size_t i = 0; i < CODING_COUNT; i++)
		if (is_word(name, NAMES[i]))
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
	struct span rest = accepted.len <= CODINGS_HEADER_MAX ? accepted : SPAN_NONE, element;
	while (span_cut(&rest, ',', &element))
		take_element(element, &weights);
	enum coding best = CODING_IDENTITY;
	int most = weight_of(&weights, CODING_IDENTITY);
	for (size_t i = CODING_IDENTITY; i-- > 0;) {
		int weight = weight_of(&weights, i);
		if (!(offered >> i & 1) || weight <= 0 || weight < most)
			continue;
		best = (enum coding)i;
		most = weight;
	}
	return best;
}
