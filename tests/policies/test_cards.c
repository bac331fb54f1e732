/* SPDX-License-Identifier: Apache-2.0 */
/* test_cards - numbers, expiries and holders of cards, and the security codes that people write beside them. */
#include "policies/cards.h"

#include <criterion/criterion.h>

static bool hides(const char *text, enum cards_near near)
{
	bool found = false;
	scoped(arena) arena = ARENA(64 * 1024);
	struct err err = cards_hides_code(span_text(text), near, &arena, &found);
	cr_assert(!err_failed(err), "%s: %s", text, err.why ? err.why : "");
	return found;
}

Test(cards, a_number_has_its_check_digit_right)
{
	static const char *const RIGHT[] = {"4111111111111111", "4111 1111 1111 1111", "5555-5555-5555-4444",
		"378282246310005", "6304000000000000", "6011111111111117"};
	for (size_t i = 0; i < sizeof RIGHT / sizeof RIGHT[0]; i++)
		cr_assert(cards_is_number(span_text(RIGHT[i])), "%s", RIGHT[i]);
}

Test(cards, a_number_with_one_digit_wrong_or_two_swapped_is_none)
{
	char number[] = "4111111111111111";
	for (size_t i = 0; i < sizeof number - 1; i++) {
		char right = number[i];
		number[i] = right == '9' ? '0' : (char)(right + 1);
		cr_assert(!cards_is_number(span_text(number)), "%s", number);
		number[i] = right;
	}
	cr_assert(!cards_is_number(SPAN_LIT("378282246310050")));
}

Test(cards, a_number_that_is_short_long_or_has_something_else_in_it_is_none)
{
	static const char *const WRONG[] = {"", "0", "00000000000", "41111111111111111111",
		"4111111111111111 cvc 737", "4111/1111/1111/1111",
		("\xef\xbc\x94"
		 "111111111111111")};
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
		cr_assert(!cards_is_number(span_text(WRONG[i])), "%s", WRONG[i]);
}

Test(cards, an_expiry_is_a_month_and_a_year)
{
	static const char *const RIGHT[] = {"12/30", "01/2031", "2031-09"};
	static const char *const WRONG[] = {"", "1/30", "13/30", "00/30", "12/3", "12/303", "2031-13",
		"2031/09", "12-30", "12/30 737", "aa/30", "2031-9", "123"};
	for (size_t i = 0; i < sizeof RIGHT / sizeof RIGHT[0]; i++)
		cr_assert(cards_is_expiry(span_text(RIGHT[i])), "%s", RIGHT[i]);
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
		cr_assert(!cards_is_expiry(span_text(WRONG[i])), "%s", WRONG[i]);
}

Test(cards, a_holder_is_a_name_without_digits)
{
	cr_assert(cards_is_holder(SPAN_LIT("EVA KARLSSON-SZABÓ")));
	cr_assert(!cards_is_holder(SPAN_LIT("Eva Karlsson 737")) && !cards_is_holder(SPAN_NONE));
}

Test(cards, three_or_four_digits_near_a_word_of_a_card_are_its_code)
{
	static const char *const HIDING[] = {"card 737", "The CVC is 737", "737 cvv2", "Visa, then: 4711.",
		"säkerhetskod: 123", "код карты 123", "A kártya kódja 123", "kortin turvakoodi on 123",
		"cvc 2031", "4111 1111 1111 1111 737", "4111111111111111 737",
		"4111 1111 1111 1111 12/30 737", "Amex 378282246310005, 1234", "CVC2=737", "card\n\n737",
		"my card: exp 12/30, 737", "cvc737", "my CVV4711", "Security code: 737",
		"737 (security code)", "biztonsági kód: 737", "код безопасности 737", "код за сигурност: 737",
		"защитный код 737"};
	for (size_t i = 0; i < sizeof HIDING / sizeof HIDING[0]; i++)
		cr_assert(hides(HIDING[i], CARDS_NEAR_CARD), "%s", HIDING[i]);
}

Test(cards, a_code_does_not_hide_behind_how_it_is_spelled)
{
	static const char *const HIDING[] = {"C V V 737", "C.V.V. 737", "c-v-c: 737", "c v c 2: 737",
		"C V V737", "the C V V is 737", "a b c d e f g h i j k l c v v 737", "CVC 7 3 7", "cvv 7-3-7",
		"c v v 7 3 7 1", "CVV ７３７", "ＣＶＶ ７３７", "ＣＶＶ７３７", "Ｃ Ｖ Ｖ ７ ３ ７",
		"cvc ⁷³⁷", "cvc ⑦③⑦", "cvc ➆➂➆", "card ٧٣٧", "cvc ७३७", "𝖼𝗏𝖼 𝟽𝟹𝟽",
		"c\u200bvv 7\u200d3\u00ad7", "4111 1111 1111 1111 ７３７",
		"４１１１ １１１１ １１１１ １１１１ 737"};
	static const char *const OPEN[] = {"c v 737", "c v v", "vitamins c v c: 12", "Ｃ Ｖ Ｖ ７３",
		"４７１１", "7 3 7", "cvc 7 3 7 1 1", "card 2 0 3 1"};
	for (size_t i = 0; i < sizeof HIDING / sizeof HIDING[0]; i++)
		cr_assert(hides(HIDING[i], CARDS_NEAR_CARD), "%s", HIDING[i]);
	for (size_t i = 0; i < sizeof OPEN / sizeof OPEN[0]; i++)
		cr_assert(!hides(OPEN[i], CARDS_NEAR_CARD), "%s", OPEN[i]);
	cr_assert(!cards_is_holder(SPAN_LIT("Eva Karlsson ７３７")) && !cards_is_holder(SPAN_LIT("Eva ⁷³⁷")));
}

Test(cards, what_is_no_code_of_a_card_may_stand_in_a_note)
{
	static const char *const OPEN[] = {"", "the alarm is 4711", "card 4111 1111 1111 1111",
		"card until 2031", "room 737: at the reception they keep a key card",
		"card hotline 0800 123 456", "card 12345", "the card ends in 12", "737", "cvc",
		"discards 737", "4711 4711 4711 4711", "the security code of the door is 4711", "cvc73",
		"cvc73712", "avcvc737", "the code of our security desk, room 12", "code 737"};
	for (size_t i = 0; i < sizeof OPEN / sizeof OPEN[0]; i++)
		cr_assert(!hides(OPEN[i], CARDS_NEAR_CARD), "%s", OPEN[i]);
}

Test(cards, a_label_may_say_how_a_card_ends_and_never_its_code)
{
	cr_assert(!hides("Visa 4242", CARDS_NEAR_CODE) && !hides("4111111111111111 737", CARDS_NEAR_CODE));
	cr_assert(hides("Visa cvc 737", CARDS_NEAR_CODE));
}

Test(cards, a_text_that_is_no_utf8_is_refused)
{
	bool found;
	scoped(arena) arena = ARENA(64 * 1024);
	cr_assert(cards_hides_code(SPAN_LIT("card \xff 737"), CARDS_NEAR_CARD, &arena, &found).kind ==
		ERR_INVALID);
}

Test(cards, a_long_text_is_walked_once)
{
	static char text[8 * 1024 + 1];
	for (size_t i = 0; i + 2 < sizeof text; i += 2)
		memcpy(text + i, "1 ", 2);
	cr_assert(!hides(text, CARDS_NEAR_CARD));
}
