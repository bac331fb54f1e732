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

Test(hmac, the_plain_sha512_is_that_of_fips_180)
{
	uint8_t out[HMAC_SHA512];
	hmac_hash_sha512(SPAN_LIT("abc"), out);
	expect_hex(SPAN_BYTES(out),
		"ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
	hmac_hash_sha512(SPAN_NONE, out);
	expect_hex(SPAN_BYTES(out),
		"cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
		"47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e");
}
