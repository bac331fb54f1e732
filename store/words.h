/* SPDX-License-Identifier: Apache-2.0 */
/* words - what sealed texts are found by: hashes of their words under a key of the tenant, and the comparison
 * that decides.
 *
 * A hash is only a hint: an event counts as found after its part was opened and the text compared
 * (FOUNDATIONS 12). Words are runs of letters and digits, normalised and case-folded. Source: docs/formats.md
 * "index". */
#pragma once

#include "base/address.h"
#include "base/arena.h"
#include "base/err.h"
#include "crypto/leaf.h"
#include "store/keys.h"
#include "store/log.h"

enum {
	WORDS_MAX = 64,       /* hashes of one event; one that has more says so, and is compared each time */
	WORDS_LONGEST = 64,   /* bytes that are hashed */
	WORDS_ASKED_MAX = 16, /* in one question */
	WORDS_ADDRESS_MAX = ADDRESS_TEXT,
};

/* The first byte of what is hashed, so that one kind is never taken for another: never change. */
enum words_kind {
	WORDS_TEXT = 'w',
	WORDS_ADDRESS = 'a', /* as words_address prints it */
	WORDS_DEVICE = 'd',  /* the application's own id of it */
	WORDS_OBJECT = 'o',  /* the application's own id of it */
	WORDS_MORE = 'm',    /* of an event with more than WORDS_MAX */
};

/* The hashes of one event. In memory only. */
struct words {
	uint32_t epoch; /* of the key */
	uint32_t count;
	uint32_t tokens[]; /* each once */
};

/* words_of_texts - of an event whose texts are at hand. Fails: BUSY sealed · NOT_FOUND · NO_MEMORY. */
fallible words_of_texts(const struct keys *keys, struct id tenant,
	const struct span texts[static LEAF_TEXT_COUNT], struct arena *arena, const struct words **words);

/* words_copy - into an arena; NULL without memory. */
const struct words *words_copy(const struct words *words, struct arena *arena);

/* words_epoch - of the tenant's key of the moment. Fails: BUSY sealed · NOT_FOUND. */
fallible words_epoch(const struct keys *keys, struct id tenant, uint32_t *epoch);

/* ---- questions ---- */

/* What has to be there, all of it. */
struct words_phrase {
	struct {
		enum words_kind kind;
		struct span text; /* as it is compared */
	} items[WORDS_ASKED_MAX];
	size_t count;
};

/* words_phrase_text - from what somebody types; addresses in it stay whole. No words give an empty phrase.
 * Fails: INVALID not UTF-8 · TOO_LARGE more than WORDS_ASKED_MAX · NO_MEMORY. */
fallible words_phrase_text(struct span typed, struct arena *arena, struct words_phrase *phrase);

/* words_phrase_add - one more that is compared as a whole. Fails: TOO_LARGE · NO_MEMORY. */
fallible words_phrase_add(
	enum words_kind kind, struct span text, struct arena *arena, struct words_phrase *phrase);

/* words_phrase_hash - the tokens of a phrase, in its order. Fails: BUSY sealed · NOT_FOUND. */
fallible words_phrase_hash(const struct keys *keys, struct id tenant, const struct words_phrase *phrase,
	uint32_t *epoch, uint32_t tokens[static WORDS_ASKED_MAX]);

/* words_more - the token of events that have more than the index holds. Fails as words_phrase_hash. */
fallible words_more(const struct keys *keys, struct id tenant, uint32_t *token);

/* words_match - whether opened texts have all of a phrase. Fails: NO_MEMORY.
 *
 *   arena  for folding; may be cleared afterwards */
fallible words_match(const struct words_phrase *phrase, const struct span texts[static LEAF_TEXT_COUNT],
	struct arena *arena, bool *match);

/* words_address - an address as it is compared: numeric, in its shortest form, IPv4 also when it is mapped
 * into IPv6; any other text as it is, cut. */
struct words_address {
	char text[WORDS_ADDRESS_MAX + 1];
	size_t len;
	bool numeric;
};
void words_address(struct span text, struct words_address *address);
