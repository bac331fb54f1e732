/* SPDX-License-Identifier: Apache-2.0 */
/* remember_tokens - what an application keeps of a remembered device and sends back as `device.remember`: a series
 * and its secret of the moment, 128 bits each. The server keeps neither: it finds the row by a keyed hash of the series,
 * and makes the secret again of the row's nonce. */
#pragma once

#include "store/nouns/remembered.h"

enum {
	REMEMBER_TOKENS_PART = 16,     /* bytes of a series, and of a secret */
	REMEMBER_TOKENS_TEXT = 8 + 43, /* mun_rem_ and base64url */
};

struct remember_token {
	uint8_t series[REMEMBER_TOKENS_PART];
	uint8_t secret[REMEMBER_TOKENS_PART];
};

/* How a token stands to its row. */
enum remember_fit {
	REMEMBER_CURRENT, /* the secret of the moment */
	REMEMBER_BEFORE,  /* the one before it, within the grace: a request was sent twice */
	REMEMBER_STALE,   /* none that is taken any more: somebody has a copy */
};

/* remember_tokens_parse - Fails: INPUT it is no such text. */
fallible remember_tokens_parse(struct span text, struct remember_token *token);

/* remember_tokens_id - under which a series stands. Fails: BUSY sealed · NOT_FOUND no such tenant. */
fallible remember_tokens_id(const struct keys *keys, struct id tenant,
	const uint8_t series[static REMEMBER_TOKENS_PART], struct id *id);

/* remember_tokens_fit - compare in constant time; the row is the one of the token's series.
 * Fails: as remember_tokens_id. */
fallible remember_tokens_fit(const struct keys *keys, const struct remembered *remembered,
	const struct remember_token *token, struct instant now, enum remember_fit *fit);

/* remember_tokens_print - the row's token of the moment: REMEMBER_TOKENS_TEXT bytes and a NUL.
 * Fails: as remember_tokens_id. */
fallible remember_tokens_print(const struct keys *keys, const struct remembered *remembered,
	const uint8_t series[static REMEMBER_TOKENS_PART], char text[static REMEMBER_TOKENS_TEXT + 1]);
