/* SPDX-License-Identifier: Apache-2.0 */
/* Which compression a reader gets: the one it asks for, never one that it did not take. */
#include "server/http/codings.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { ALL = 1u << CODING_BR | 1u << CODING_GZIP | 1u << CODING_IDENTITY };

static void assert_chosen(const char *accepted, unsigned offered, const char *expected)
{
	const char *name = codings_name(codings_choose(span_text(accepted), offered));
	cr_assert_str_eq(name, expected, "%s of '%s'", name, accepted ? accepted : "-");
}

Test(codings, what_browsers_send_gives_brotli)
{
	assert_chosen("gzip, deflate, br, zstd", ALL, "br");
	assert_chosen("gzip, deflate, br", ALL, "br");
	assert_chosen("br;q=1.0, gzip;q=0.8, *;q=0.1", ALL, "br");
}

Test(codings, what_is_not_there_is_not_chosen)
{
	assert_chosen("gzip, deflate, br", 1u << CODING_GZIP | 1u << CODING_IDENTITY, "gzip");
	assert_chosen("gzip, br", 1u << CODING_IDENTITY, "identity");
	assert_chosen("*", 1u << CODING_IDENTITY, "identity");
}

Test(codings, who_names_none_gets_the_bytes_as_they_are)
{
	assert_chosen(NULL, ALL, "identity");
	assert_chosen("", ALL, "identity");
	assert_chosen("identity", ALL, "identity");
	assert_chosen("deflate, zstd, compress", ALL, "identity");
}

Test(codings, the_greater_weight_wins_over_our_liking)
{
	assert_chosen("gzip;q=1, br;q=0.9", ALL, "gzip");
	assert_chosen("gzip;q=0.002, br;q=0.001", ALL, "gzip");
	assert_chosen("identity;q=1, gzip;q=0.5", ALL, "identity");
	assert_chosen("identity;q=0.5, gzip;q=1", ALL, "gzip");
	assert_chosen("gzip;q=0.5, br;q=0.5", ALL, "br");
}

Test(codings, a_weight_of_nothing_is_a_refusal)
{
	assert_chosen("br;q=0, gzip", ALL, "gzip");
	assert_chosen("br;q=0.000, gzip;q=0", ALL, "identity");
	assert_chosen("*;q=0", ALL, "identity");
	assert_chosen("*, br;q=0", ALL, "gzip");
	assert_chosen("identity;q=0, gzip", ALL, "gzip");
	assert_chosen("identity;q=0", ALL, "identity");
}

Test(codings, a_star_stands_for_what_is_not_named)
{
	assert_chosen("*", ALL, "br");
	assert_chosen("gzip;q=0.5, *;q=0.6", ALL, "br");
	assert_chosen("gzip;q=0.5, *;q=0.4", ALL, "gzip");
}

Test(codings, names_are_read_in_any_case_with_blanks_around_them)
{
	assert_chosen("GZip", ALL, "gzip");
	assert_chosen("\t x-gzip ", ALL, "gzip");
	assert_chosen("gzip ; Q=0.5 ,\tBR ;\tq=0.7", ALL, "br");
	assert_chosen(",, gzip ,,", ALL, "gzip");
}

Test(codings, what_does_not_parse_is_passed_over)
{
	static const char *const BAD[] = {"br;", "br;q", "br;q=", "br;q=2", "br;q=1.1", "br;q=0.1234",
		"br;q=-1", "br;q=.5", "br;q=0,5", "br;q=0.a", "br; q =1", "br;q= 1", "br;level=3",
		"br;q=1;level=3", "br gzip", "\"br\"", "b", "brr", "br/1", ";q=1", "=", "\x01", "br;q=00.5",
		"br;q=1.00000"};
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		char list[128];
		assert_chosen(BAD[i], ALL, "identity");
		snprintf(list, sizeof list, "%s, gzip", BAD[i]);
		assert_chosen(list, ALL, "gzip");
	}
}

/* Cut in the middle, "br;q=0" would be "br". */
Test(codings, a_list_that_is_too_long_is_as_if_it_were_not_there)
{
	char list[CODINGS_HEADER_MAX + 2];
	memset(list, ',', sizeof list);
	memcpy(list, "gzip", 4);
	struct span longest = span_of(list, CODINGS_HEADER_MAX),
		    longer = span_of(list, CODINGS_HEADER_MAX + 1);
	cr_assert(codings_choose(longest, ALL) == CODING_GZIP);
	cr_assert(codings_choose(longer, ALL) == CODING_IDENTITY);
}
