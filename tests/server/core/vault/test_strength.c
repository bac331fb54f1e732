/* SPDX-License-Identifier: Apache-2.0 */
/* test_strength - known weak and strong ones come out as such, whatever their length or bytes. */
#include "server/core/vault/strength.h"

#include <criterion/criterion.h>

static unsigned of(const char *password)
{
	const char *none[] = {NULL};
	return strength_of(span_text(password), none);
}

Test(strength, what_everybody_guesses_is_nothing)
{
	cr_assert(
		of("") == 0 && of("a") == 0 && of("password") == 0 && of("123456") == 0 && of("qwerty") == 0);
}

Test(strength, a_drawn_one_is_as_strong_as_can_be)
{
	cr_assert(of("8Kq.vN+x3Lr_zT7w!mP9") == STRENGTH_MAX);
}

Test(strength, a_longer_choice_is_never_weaker_than_its_beginning)
{
	cr_assert(of("brumla") < of("brumla-kolvot-3") && of("brumla-kolvot-3") <= STRENGTH_MAX);
}

Test(strength, what_stands_beside_it_is_guessed_first)
{
	const char *words[] = {"Kolvotbrumla", "kolvotbrumla", NULL};
	cr_assert(of("kolvotbrumla") > 1);
	cr_assert(strength_of(SPAN_LIT("kolvotbrumla"), words) == 0);
}

Test(strength, a_very_long_one_and_any_bytes_are_looked_at_within_bounds)
{
	static uint8_t bytes[64 * 1024];
	const char *none[] = {NULL};
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(1 + i * 131 % 255);
	cr_assert(strength_of(SPAN_BYTES(bytes), none) == STRENGTH_MAX);
	memset(bytes, 'a', sizeof bytes);
	cr_assert(strength_of(SPAN_BYTES(bytes), none) == 0);
	cr_assert(strength_of(SPAN_NONE, none) == 0);
}
