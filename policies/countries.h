/* SPDX-License-Identifier: Apache-2.0 */
/* countries - a short list of countries, by the two capital letters of ISO 3166-1. "EU", which the standard keeps for the
 * European Union, stands for its members. Pure. */
#pragma once

#include "base/span.h"

struct buf;    /* base/buf.h */
struct reader; /* base/reader.h */

enum { COUNTRIES_MAX = 16, COUNTRIES_CODE = 2 };

struct countries {
	char at[COUNTRIES_MAX][COUNTRIES_CODE];
	size_t count;
};

/* countries_is_code - two capital letters. */
bool countries_is_code(struct span text);

/* countries_add - text is a code; false: there is no room. */
bool countries_add(struct countries *countries, struct span text);

/* countries_has - whether a country is of the list. An unknown one, "", is of none. */
bool countries_has(const struct countries *countries, const char *country);

/* countries_at - one of them, as text. */
static inline struct span countries_at(const struct countries *countries, size_t i)
{
	return span_of(countries->at[i], COUNTRIES_CODE);
}

/* countries_print - with a blank between them. */
void countries_print(const struct countries *countries, struct buf *text);

/* countries_put, countries_take - as they are stored: how many, then two bytes each. Taken: false when there are more than
 * COUNTRIES_MAX. */
void countries_put(struct buf *record, const struct countries *countries);
bool countries_take(struct reader *reader, struct countries *countries);
