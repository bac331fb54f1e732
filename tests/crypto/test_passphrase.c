/* SPDX-License-Identifier: Apache-2.0 */
/* test_passphrase - a passphrase gives its secret under its facts alone, and facts ask for no more than is allowed. */
#include "crypto/passphrase.h"

#include "base/buf.h"

#include <criterion/criterion.h>

static const struct passphrase_cost CHEAP = {1, 8 * 1024};
static const struct span TEXT = {(const uint8_t *)"correct horse battery staple", 28};

Test(passphrase, gives_the_same_secret_under_the_same_facts)
{
	uint8_t facts[PASSPHRASE_FACTS], one[PASSPHRASE_SECRET], other[PASSPHRASE_SECRET];
	struct passphrase_cost cost;
	cr_assert(!err_failed(passphrase_draw(&CHEAP, facts)));
	cr_assert(!err_failed(passphrase_read(SPAN_BYTES(facts), &cost)));
	cr_assert(cost.passes == CHEAP.passes && cost.memory_kib == CHEAP.memory_kib);
	cr_assert(!err_failed(passphrase_stretch(SPAN_BYTES(facts), TEXT, one)));
	cr_assert(!err_failed(passphrase_stretch(SPAN_BYTES(facts), TEXT, other)));
	cr_assert(memcmp(one, other, sizeof one) == 0);
}

Test(passphrase, gives_another_secret_for_another_text_salt_or_cost)
{
	uint8_t facts[PASSPHRASE_FACTS], right[PASSPHRASE_SECRET], other[PASSPHRASE_SECRET];
	cr_assert(!err_failed(passphrase_draw(&CHEAP, facts)));
	cr_assert(!err_failed(passphrase_stretch(SPAN_BYTES(facts), TEXT, right)));
	cr_assert(!err_failed(passphrase_stretch(SPAN_BYTES(facts), span_first(TEXT, 27), other)));
	cr_assert(memcmp(right, other, sizeof right) != 0);
	facts[0] ^= 1;
	cr_assert(!err_failed(passphrase_stretch(SPAN_BYTES(facts), TEXT, other)));
	cr_assert(memcmp(right, other, sizeof right) != 0);
	facts[0] ^= 1;
	facts[19]++;
	cr_assert(!err_failed(passphrase_stretch(SPAN_BYTES(facts), TEXT, other)));
	cr_assert(memcmp(right, other, sizeof right) != 0);
}

/* RFC 9106 names Argon2id; these 32 bytes are what Debian's argon2(1) says for the same text, salt and cost. */
Test(passphrase, is_stretched_as_other_programs_do)
{
	static const uint8_t FACTS[PASSPHRASE_FACTS] = "sixteen of salt.\0\0\0\2\0\0\x20";
	static const uint8_t SAID[PASSPHRASE_SECRET] = {0x06, 0x10, 0x27, 0x33, 0x4c, 0xbe, 0xd2, 0xb7, 0x7b,
		0x7c, 0xdd, 0x4b, 0x74, 0xfa, 0x1f, 0x6d, 0x9d, 0x6a, 0xa9, 0x2d, 0x14, 0x07, 0xeb, 0xb1,
		0xd1, 0x0c, 0xe1, 0xcb, 0x54, 0x41, 0x8e, 0x79};
	uint8_t secret[PASSPHRASE_SECRET];
	cr_assert(!err_failed(passphrase_stretch(SPAN_BYTES(FACTS), TEXT, secret)));
	cr_assert(memcmp(secret, SAID, sizeof secret) == 0);
}

Test(passphrase, facts_that_cost_too_much_or_nothing_are_refused)
{
	static const struct passphrase_cost WRONG[] = {{0, 8 * 1024}, {17, 8 * 1024}, {1, 8 * 1024 - 1},
		{1, 1024 * 1024 + 1}, {UINT32_MAX, UINT32_MAX}};
	uint8_t facts[PASSPHRASE_FACTS], secret[PASSPHRASE_SECRET];
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
		scoped(buf) hostile = BUF(PASSPHRASE_FACTS);
		buf_put(&hostile, SPAN_LIT("sixteen of salt."));
		buf_put_u32(&hostile, WRONG[i].passes);
		buf_put_u32(&hostile, WRONG[i].memory_kib);
		cr_assert(passphrase_draw(&WRONG[i], facts).kind == ERR_INPUT, "%zu", i);
		cr_assert(passphrase_stretch(buf_span(&hostile), TEXT, secret).kind == ERR_CORRUPT, "%zu", i);
	}
}

Test(passphrase, facts_of_another_length_and_texts_without_end_are_refused)
{
	static const uint8_t LONG[PASSPHRASE_MAX + 1] = {'x'};
	uint8_t facts[PASSPHRASE_FACTS + 1] = {0}, secret[PASSPHRASE_SECRET];
	cr_assert(!err_failed(passphrase_draw(&CHEAP, facts)));
	for (size_t len = 0; len < sizeof facts; len++)
		if (len != PASSPHRASE_FACTS)
			cr_assert(passphrase_stretch(span_of(facts, len), TEXT, secret).kind == ERR_CORRUPT);
	cr_assert(passphrase_stretch(span_of(facts, PASSPHRASE_FACTS), SPAN_BYTES(LONG), secret).kind ==
		ERR_INPUT);
}
