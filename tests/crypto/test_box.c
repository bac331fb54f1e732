/* SPDX-License-Identifier: Apache-2.0 */
/* test_box - what is sealed to a key only its owner opens. */
#include "crypto/box.h"

#include "base/scoped.h"

#include <criterion/criterion.h>
#include <sodium.h>

struct pair {
	uint8_t public[crypto_box_PUBLICKEYBYTES];
	uint8_t private[crypto_box_SECRETKEYBYTES];
};

static struct pair draw_pair(void)
{
	struct pair pair;
	cr_assert(sodium_init() >= 0);
	crypto_box_keypair(pair.public, pair.private);
	return pair;
}

Test(box, its_owner_opens_what_was_sealed)
{
	struct pair pair = draw_pair();
	scoped(buf) box = BUF(256);
	uint8_t plain[16];
	cr_assert(!err_failed(box_seal_to(pair.public, SPAN_LIT("correct horse"), &box)));
	cr_assert(box.len == 13 + BOX_OVERHEAD);
	cr_assert(crypto_box_seal_open(plain, box.data, box.len, pair.public, pair.private) == 0);
	cr_assert(memcmp(plain, "correct horse", 13) == 0);
}

Test(box, nobody_else_opens_it)
{
	struct pair pair = draw_pair(), other = draw_pair();
	scoped(buf) box = BUF(256);
	uint8_t plain[16];
	cr_assert(!err_failed(box_seal_to(pair.public, SPAN_LIT("correct horse"), &box)));
	cr_assert(crypto_box_seal_open(plain, box.data, box.len, other.public, other.private) != 0);
}

Test(box, no_two_boxes_are_the_same)
{
	struct pair pair = draw_pair();
	scoped(buf) first = BUF(256), second = BUF(256);
	cr_assert(!err_failed(box_seal_to(pair.public, SPAN_LIT("same"), &first)));
	cr_assert(!err_failed(box_seal_to(pair.public, SPAN_LIT("same"), &second)));
	cr_assert(!span_equal(buf_span(&first), buf_span(&second)));
}

Test(box, nothing_can_be_sealed_too)
{
	struct pair pair = draw_pair();
	scoped(buf) box = BUF(256);
	cr_assert(!err_failed(box_seal_to(pair.public, SPAN_NONE, &box)));
	cr_assert(box.len == BOX_OVERHEAD);
}

Test(box, refuses_a_key_of_small_order)
{
	static const uint8_t ZERO[BOX_PUBLIC], ONE[BOX_PUBLIC] = {1};
	scoped(buf) box = BUF(256);
	cr_assert(sodium_init() >= 0);
	buf_put_text(&box, "before");
	cr_assert(box_seal_to(ZERO, SPAN_LIT("secret"), &box).kind == ERR_INVALID);
	cr_assert(box_seal_to(ONE, SPAN_LIT("secret"), &box).kind == ERR_INVALID);
	cr_assert(span_is(buf_span(&box), "before"));
}

Test(box, refuses_what_does_not_fit)
{
	struct pair pair = draw_pair();
	scoped(buf) box = BUF(BOX_OVERHEAD);
	cr_assert(box_seal_to(pair.public, SPAN_LIT("x"), &box).kind == ERR_TOO_LARGE);
}

Test(box, its_own_pair_opens_what_anybody_sealed_to_it_and_nothing_else)
{
	scoped(box_key) key = {0}, other = {0};
	uint8_t public[BOX_PUBLIC], again[BOX_PUBLIC], others[BOX_PUBLIC];
	scoped(buf) box = BUF(256), plain = BUF(256), none = BUF(256);
	cr_assert(sodium_init() >= 0);
	box_pair(public, &key);
	box_pair(others, &other);
	box_public(&key, again);
	cr_assert(memcmp(public, again, sizeof public) == 0 && memcmp(public, others, sizeof public) != 0);
	cr_assert(!err_failed(box_seal_to(public, SPAN_LIT("correct horse"), &box)));
	cr_assert(!err_failed(box_open(&key, buf_span(&box), &plain)));
	cr_assert(span_is(buf_span(&plain), "correct horse"));
	cr_assert(box_open(&other, buf_span(&box), &none).kind == ERR_FORGED && none.len == 0);
	box.data[box.len - 1] ^= 1;
	cr_assert(box_open(&key, buf_span(&box), &none).kind == ERR_FORGED && none.len == 0);
	cr_assert(box_open(&key, span_of(box.data, BOX_OVERHEAD - 1), &none).kind == ERR_FORGED);
	cr_assert(box_open(&key, SPAN_NONE, &none).kind == ERR_FORGED);
}

Test(box, an_empty_box_opens_to_nothing)
{
	scoped(box_key) key = {0};
	uint8_t public[BOX_PUBLIC];
	scoped(buf) box = BUF(256), plain = BUF(256);
	cr_assert(sodium_init() >= 0);
	box_pair(public, &key);
	cr_assert(!err_failed(box_seal_to(public, SPAN_NONE, &box)));
	cr_assert(!err_failed(box_open(&key, buf_span(&box), &plain)) && plain.len == 0);
}
