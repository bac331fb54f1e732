/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a card's number, expiry, holder, and as a note about it. */
#include "policies/cards.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_of(data, size);
	scoped(arena) arena = ARENA(4 * 1024 * 1024);
	bool card = false, code = false;
	(void)(cards_is_number(text) + cards_is_expiry(text) + cards_is_holder(text));
	if (err_failed(cards_hides_code(text, CARDS_NEAR_CARD, &arena, &card)))
		return 0;
	struct err err = cards_hides_code(text, CARDS_NEAR_CODE, &arena, &code);
	/* What is a code near a word for it, is one near either kind of word. */
	assert(!err_failed(err) && (card || !code));
	return 0;
}
