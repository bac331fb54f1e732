/* SPDX-License-Identifier: Apache-2.0 */
/* cards - what may be kept of a payment card, and what must not: number, expiry and holder, never the security code. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* cards_is_number - 12 to 19 digits whose check digit is right (Luhn; ISO/IEC 7812-1), spaces or dashes between them and
 * nothing else: so no security code hides behind a number. */
bool cards_is_number(struct span text);

/* cards_is_expiry - MM/YY, MM/YYYY or YYYY-MM. */
bool cards_is_expiry(struct span text);

/* cards_is_holder - a name: anything without digits, of whatever script. */
bool cards_is_holder(struct span text);

/* CARDS_CODE_NAMES - how fields for a security code are called, NULL-ended. */
extern const char *const CARDS_CODE_NAMES[];

/* What makes three or four digits that stand alone a security code. */
enum cards_near {
	CARDS_NEAR_CODE, /* a word for the code near them */
	CARDS_NEAR_CARD, /* a word for a card near them, or a card's number before them, as well */
};

/* cards_hides_code - whether a text seems to hold a card's security code: three or four digits alone, within four words
 * of a word of card_words.def or glued to one for the code, or three digits within four words of a phrase of it. A year (19.., 20..) is none where only a card stands near it.
 * Letters and digits may stand apart ("C V V 7 3 7") or be written in other characters that look alike (full-width, raised).
 *
 *   hides  set on success
 * Fails: INVALID not UTF-8 · NO_MEMORY. The folded text stays in the arena. */
fallible cards_hides_code(struct span text, enum cards_near near, struct arena *arena, bool *hides);
