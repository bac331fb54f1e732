/* SPDX-License-Identifier: Apache-2.0 */
/* test_hotp - the vectors of RFC 4226, and liboath, which computes the same codes in its own way. */
#include "crypto/hotp.h"

#include <criterion/criterion.h>
#include <liboath/oath.h>

#include <string.h>

#define SEED_TEXT "12345678901234567890"

enum { RUN = 10, ROUNDS = 60 };

static struct hotp_ask usual(void)
{
	return (struct hotp_ask){.hash = HOTP_SHA1, .seed = SPAN_LIT(SEED_TEXT), .digits = 6, .count = RUN};
}

/* RFC 4226, appendix D. */
static const char *const VECTORS[RUN] = {
	"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"};

Test(hotp, gives_the_codes_of_rfc_4226_in_one_run)
{
	char codes[RUN][HOTP_CODE];
	const struct hotp_ask ask = usual();
	hotp_codes(&ask, codes);
	for (size_t i = 0; i < RUN; i++)
		cr_assert(strcmp(codes[i], VECTORS[i]) == 0, "%zu: %s", i, codes[i]);
}

Test(hotp, a_code_is_the_same_alone_and_in_a_run)
{
	for (size_t i = 0; i < RUN; i++) {
		char code[1][HOTP_CODE];
		struct hotp_ask ask = usual();
		ask.first = i;
		ask.count = 1;
		hotp_codes(&ask, code);
		cr_assert(strcmp(code[0], VECTORS[i]) == 0, "%zu: %s", i, code[0]);
	}
}

Test(hotp, writes_no_code_that_was_not_asked_for)
{
	char codes[RUN][HOTP_CODE], before[RUN][HOTP_CODE];
	struct hotp_ask ask = usual();
	memset(codes, 'x', sizeof codes);
	memcpy(before, codes, sizeof codes);
	ask.count = 0;
	hotp_codes(&ask, codes);
	cr_assert(memcmp(codes, before, sizeof codes) == 0, "none");
	ask.count = 3;
	hotp_codes(&ask, codes);
	cr_assert(strcmp(codes[2], VECTORS[2]) == 0);
	cr_assert(memcmp(codes[3], before[3], sizeof codes - 3 * sizeof codes[0]) == 0, "the fourth");
}

/* ---- another implementation ---- */

static int flags_of(enum hotp_hash hash)
{
	static const int FLAGS[] = {[HOTP_SHA1] = 0,
		[HOTP_SHA256] = OATH_TOTP_HMAC_SHA256,
		[HOTP_SHA512] = OATH_TOTP_HMAC_SHA512};
	return FLAGS[hash];
}

static void compare(const struct hotp_ask *ask)
{
	char codes[RUN][HOTP_CODE], theirs[HOTP_CODE];
	hotp_codes(ask, codes);
	for (size_t i = 0; i < ask->count; i++) {
		int rc = oath_totp_generate2((const char *)ask->seed.at, ask->seed.len,
			(time_t)(ask->first + i), 1, 0, ask->digits, flags_of(ask->hash), theirs);
		cr_assert(rc == OATH_OK);
		cr_assert(strcmp(codes[i], theirs) == 0, "hash %d, seed of %zu, counter %llu: %s, not %s",
			(int)ask->hash, ask->seed.len, (unsigned long long)(ask->first + i), codes[i],
			theirs);
	}
}

/* Seeds shorter and longer than a block of the hash, counters of all lengths, six to eight digits. */
Test(hotp, gives_the_codes_that_liboath_gives)
{
	uint8_t seed[200];
	uint64_t drawn = 88172645463325252u; /* a generator of its own: the same seeds each time */
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (size_t i = 0; i < sizeof seed; i++) {
			drawn ^= drawn << 13;
			drawn ^= drawn >> 7;
			drawn ^= drawn << 17;
			seed[i] = (uint8_t)(drawn >> 32);
		}
		for (enum hotp_hash hash = HOTP_SHA1; hash <= HOTP_SHA512; hash++) {
			const struct hotp_ask ask = {.hash = hash,
				.seed = span_of(seed, 1 + round * 3),
				.digits = 6 + round % 3,
				.first = drawn >> (2 + round),
				.count = RUN};
			compare(&ask);
		}
	}
}
