/* SPDX-License-Identifier: Apache-2.0 */
/* test_hmac - the vectors of RFC 2202 and RFC 4231. */
#include "crypto/hmac.h"

#include "base/text.h"

#include <criterion/criterion.h>

static const char QUESTION[] = "what do ya want for nothing?";

static void expect_hex(struct span mac, const char *hex)
{
	scoped(buf) text = BUF(2 * HMAC_SHA512);
	text_put_hex(&text, mac);
	cr_assert(span_is(buf_span(&text), hex), "%.*s", (int)text.len, (const char *)text.data);
}

Test(hmac, sha1_is_that_of_rfc_2202)
{
	uint8_t mac[HMAC_SHA1];
	hmac_sha1(SPAN_LIT("Jefe"), span_text(QUESTION), mac);
	expect_hex(SPAN_BYTES(mac), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

Test(hmac, sha512_is_that_of_rfc_4231)
{
	uint8_t mac[HMAC_SHA512];
	hmac_sha512(SPAN_LIT("Jefe"), span_text(QUESTION), mac);
	expect_hex(SPAN_BYTES(mac),
		"164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
		"9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}
