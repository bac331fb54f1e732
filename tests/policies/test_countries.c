/* SPDX-License-Identifier: Apache-2.0 */
/* test_countries - lists of countries, and the Union that stands for its members. */
#include "base/buf.h"
#include "base/reader.h"
#include "policies/countries.h"

#include <criterion/criterion.h>

static struct countries list(const char *const *codes)
{
	struct countries countries = {.count = 0};
	for (; *codes; codes++)
		cr_assert(countries_add(&countries, span_text(*codes)));
	return countries;
}

#define LIST(...) list((const char *const[]){__VA_ARGS__, NULL})

Test(countries, a_code_is_two_capital_letters)
{
	static const char *const BAD[] = {"", "F", "FIN", "fi", "F1", " F", "Fi"};
	cr_assert(countries_is_code(SPAN_LIT("FI")) && countries_is_code(SPAN_LIT("EU")));
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
		cr_assert(!countries_is_code(span_text(BAD[i])), "%s", BAD[i]);
}

Test(countries, the_union_stands_for_its_27_members_and_for_nobody_else)
{
	struct countries countries = LIST("EU");
	unsigned count = 0;
	for (char first = 'A'; first <= 'Z'; first++) {
		for (char second = 'A'; second <= 'Z'; second++) {
			const char country[] = {first, second, 0};
			count += countries_has(&countries, country);
		}
	}
	cr_assert(count == 28, "the members, and EU itself: %u", count);
	cr_assert(countries_has(&countries, "GR") && countries_has(&countries, "SE"));
	cr_assert(!countries_has(&countries, "GB") && !countries_has(&countries, "NO") &&
		!countries_has(&countries, "CH") && !countries_has(&countries, "BR"));
}

Test(countries, an_unknown_country_is_of_no_list)
{
	struct countries countries = LIST("EU", "GB"), none = {.count = 0};
	cr_assert(countries_has(&countries, "GB") && countries_has(&countries, "FI"));
	cr_assert(!countries_has(&countries, "") && !countries_has(&none, "FI"));
}

Test(countries, sixteen_have_room_and_come_back_as_they_were_put)
{
	struct countries countries = LIST("AA", "BB", "CC", "DD", "EE", "FF", "GG", "HH", "II", "JJ", "KK",
		"LL", "MM", "NN", "OO", "PP");
	struct countries read;
	scoped(buf) record = BUF(64), text = BUF(64);
	cr_assert(!countries_add(&countries, SPAN_LIT("QQ")) && countries.count == COUNTRIES_MAX);
	countries_put(&record, &countries);
	struct reader reader = READER(buf_span(&record));
	cr_assert(countries_take(&reader, &read) && !err_failed(reader_check(&reader)));
	cr_assert(read.count == countries.count && memcmp(read.at, countries.at, sizeof read.at) == 0);
	countries_print(&read, &text);
	cr_assert(span_is(span_first(buf_span(&text), 8), "AA BB CC"));
	record.data[0] = COUNTRIES_MAX + 1;
	reader = READER(buf_span(&record));
	cr_assert(!countries_take(&reader, &read));
}
