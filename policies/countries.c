/* SPDX-License-Identifier: Apache-2.0 */
/* countries - lists so short that they are looked through. */
#include "policies/countries.h"

#include "base/buf.h"
#include "base/reader.h"

/* Of the European Union, since 1 February 2020. */
static const char MEMBERS[][COUNTRIES_CODE + 1] = {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI",
	"FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"};

bool countries_is_code(struct span text)
{
	bool letters = text.len == COUNTRIES_CODE;
	for (size_t i = 0; letters && i < text.len; i++)
		letters = text.at[i] >= 'A' && text.at[i] <= 'Z';
	return letters;
}

bool countries_add(struct countries *countries, struct span text)
{
	if (countries->count == COUNTRIES_MAX)
		return false;
	memcpy(countries->at[countries->count++], text.at, COUNTRIES_CODE);
	return true;
}

static bool is_member(const char *country)
{
	for (size_t i = 0; i < sizeof MEMBERS / sizeof MEMBERS[0]; i++)
		if (memcmp(MEMBERS[i], country, COUNTRIES_CODE) == 0)
			return true;
	return false;
}

bool countries_has(const struct countries *countries, const char *country)
{
	if (country[0] == 0)
		return false;
	for (size_t i = 0; i < countries->count; i++) {
		bool is_union = span_is(countries_at(countries, i), "EU");
		if (memcmp(countries->at[i], country, COUNTRIES_CODE) == 0 ||
			(is_union && is_member(country)))
			return true;
	}
	return false;
}

void countries_print(const struct countries *countries, struct buf *text)
{
	for (size_t i = 0; i < countries->count; i++) {
		buf_put_text(text, i ? " " : "");
		buf_put(text, countries_at(countries, i));
	}
}

void countries_put(struct buf *record, const struct countries *countries)
{
	buf_put_u8(record, (uint8_t)countries->count);
	for (size_t i = 0; i < countries->count; i++)
		buf_put(record, countries_at(countries, i));
}

bool countries_take(struct reader *reader, struct countries *countries)
{
	countries->count = reader_u8(reader);
	if (countries->count > COUNTRIES_MAX)
		return false;
	for (size_t i = 0; i < countries->count; i++)
		reader_copy(reader, (uint8_t *)countries->at[i], COUNTRIES_CODE);
	return true;
}
