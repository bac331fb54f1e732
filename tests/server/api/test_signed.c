/* SPDX-License-Identifier: Apache-2.0 */
/* test_signed - dates and credentials of requests that clients of Duo sign; tests/stories/duo has the signatures. */
#include "server/api/signed.h"

#include "base/timestamp.h"
#include "server/core/login/duo_keys.h"

#include <criterion/criterion.h>

static void reads_as(const char *date, const char *expected)
{
	struct instant at, wanted;
	cr_assert(!err_failed(timestamp_parse(span_text(expected), &wanted)));
	cr_assert(!err_failed(signed_date(span_text(date), &at)), "%s", date);
	cr_assert(at.ms == wanted.ms, "%s", date);
}

Test(signed, a_date_is_read_in_every_zone_that_clients_name)
{
	reads_as("Sun, 22 Nov 2026 05:31:07 -0000", "2026-11-22T05:31:07Z");
	reads_as("Sun, 22 Nov 2026 05:31:07 GMT", "2026-11-22T05:31:07Z");
	reads_as("Sun, 22 Nov 2026 05:31:07 +0000", "2026-11-22T05:31:07Z");
	reads_as("Thu, 01 Jan 2026 00:15:00 +0230", "2025-12-31T21:45:00Z");
}

Test(signed, what_is_no_date_is_refused)
{
	static const char *const DATES[] = {"", "now", "Sun, 22 Nov 2026 05:31:07",
		"Sun, 22 Nov 2026 05:31:07 EST", "Sun, 22 Nov 2026 05:31:07 -000",
		"Sun, 22 nov 2026 05:31:07 -0000", "Sun, 32 Nov 2026 05:31:07 -0000",
		"Sun, 22 Nov 2026 25:31:07 -0000", "Sun; 22 Nov 2026 05:31:07 -0000",
		"Sun, 22-Nov-2026 05:31:07 -0000", "Sun, 22 Nov 2026 05:31:07 +00000",
		"Sun, 2% Nov 2026 05:31:07 -0000", "Sun, 22 Nov 2026 05:31:07 +9900"};
	for (size_t i = 0; i < sizeof DATES / sizeof DATES[0]; i++) {
		struct instant at = {7};
		cr_assert(err_failed(signed_date(span_text(DATES[i]), &at)), "%s", DATES[i]);
		cr_assert(at.ms == 7, "%s", DATES[i]);
	}
}

Test(signed, credentials_are_cut_at_the_first_colon)
{
	struct span user, password;
	scoped(buf) held = BUF(64);
	cr_assert(!err_failed(signed_credentials(SPAN_LIT("Basic YTpiOmM="), &held, &user, &password)));
	cr_assert(span_is(user, "a") && span_is(password, "b:c"));
}

Test(signed, what_are_no_credentials_is_refused)
{
	static const char *const HEADERS[] = {
		"", "Basic ", "Basic YQ==", "Basic !!!!", "Bearer YTpiOmM=", "basicYTpiOmM="};
	for (size_t i = 0; i < sizeof HEADERS / sizeof HEADERS[0]; i++) {
		struct span user, password;
		scoped(buf) held = BUF(64);
		cr_assert(err_failed(signed_credentials(span_text(HEADERS[i]), &held, &user, &password)),
			"%s", HEADERS[i]);
	}
}

Test(signed, an_integration_key_names_tenant_and_application)
{
	char name[DUO_KEYS_NAME + 1];
	struct id first, second, tenant = {{1}}, application = {{2}};
	duo_keys_name(tenant, application, name);
	cr_assert(!err_failed(duo_keys_parse(span_text(name), &first, &second)));
	cr_assert(ids_equal(first, tenant) && ids_equal(second, application));
}

Test(signed, what_is_no_integration_key_is_refused)
{
	char name[DUO_KEYS_NAME + 1];
	struct id tenant, application;
	duo_keys_name((struct id){{1}}, (struct id){{2}}, name);
	cr_assert(err_failed(duo_keys_parse(span_of(name, DUO_KEYS_NAME - 1), &tenant, &application)));
	cr_assert(err_failed(duo_keys_parse(span_of(name, ID_TEXT), &tenant, &application)));
	cr_assert(err_failed(duo_keys_parse(span_text(name + ID_TEXT + 1), &tenant, &application)));
	cr_assert(err_failed(duo_keys_parse(SPAN_NONE, &tenant, &application)));
}
