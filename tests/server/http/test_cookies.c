/* SPDX-License-Identifier: Apache-2.0 */
/* What stands in the header Cookie, whoever wrote it. */
#include "server/http/cookies.h"

#include <criterion/criterion.h>

static struct span find(const char *header)
{
	return cookies_find(span_text(header), "__Host-a");
}

Test(cookies, are_found_by_their_whole_name)
{
	cr_assert(span_is(find("__Host-a=one"), "one"));
	cr_assert(span_is(find("b=two; __Host-a=one; c=three"), "one"));
	cr_assert(span_is(find("b=two;__Host-a=one"), "one"), "without the space that belongs there");
	cr_assert(span_is(find("__Host-a=x=y=="), "x=y=="), "the first equals sign ends the name");
	cr_assert(!find("__Host-ab=one; a__Host-a=two; __host-a=three").at);
	cr_assert(!find("").at && !find(";;;").at && !find("__Host-a").at && !find("= ; =;").at);
}

Test(cookies, one_that_is_sent_twice_is_none)
{
	cr_assert(!find("__Host-a=one; __Host-a=two").at);
	cr_assert(!find("__Host-a=one; b=two; __Host-a=one").at, "be it the same");
}

Test(cookies, one_that_is_too_long_is_none)
{
	char header[COOKIES_VALUE_MAX + 16] = "__Host-a=";
	memset(header + 9, 'x', COOKIES_VALUE_MAX);
	header[9 + COOKIES_VALUE_MAX] = '\0';
	cr_assert(find(header).len == COOKIES_VALUE_MAX);
	header[9 + COOKIES_VALUE_MAX] = 'x';
	header[9 + COOKIES_VALUE_MAX + 1] = '\0';
	cr_assert(!find(header).at);
}
