/* SPDX-License-Identifier: Apache-2.0 */
/* personal_token - a person's token as its owner knows it: by id and name. What a bearer shows is looked up
 * by its hash in the token table. */
#pragma once

#include "base/arena.h"
#include "crypto/tokens.h"
#include "store/nouns/noun.h"

enum { PERSONAL_TOKEN_NAME_MAX = 100 };

struct personal_token {
	struct id tenant;
	struct id id;
	struct id person;
	struct instant created;
	struct instant expires;
	bool revoked;
	uint8_t hash[HASH_BLAKE]; /* the key of its row in the token table */
	struct span name;         /* sealed under the person */
	uint64_t version;
};

/* personal_token_get - the name lies in the arena; of an erased person it is empty. Fails: NOT_FOUND · FORGED
 * · CORRUPT. */
fallible personal_token_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct personal_token *token);

/* personal_token_seal - the name, sealed, in prepare; personal_token_put - the row, in the act. */
fallible personal_token_seal(const struct keys *keys, const struct personal_token *token, struct buf *sealed);
fallible personal_token_put(struct act *act, const struct personal_token *token, struct span sealed);
