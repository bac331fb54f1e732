/* SPDX-License-Identifier: Apache-2.0 */
/* application - software of a tenant that calls the API, and the tokens of applications, people and the
 * operator. */
#pragma once

#include "base/arena.h"
#include "crypto/tokens.h"
#include "store/nouns/noun.h"

enum { APPLICATION_NAME_MAX = 100, APPLICATION_EXPIRES_DAYS = 90, APPLICATION_EXPIRES_DAYS_MAX = 400 };

enum application_state { APPLICATION_ACTIVE = 0, APPLICATION_REVOKED = 1 };

struct application {
	struct id tenant;
	struct id id;
	enum application_state state;
	uint32_t scopes; /* of policies/scopes.def, not expanded */
	struct instant created;
	struct instant expires;
	uint8_t token[HASH_BLAKE]; /* keyed hash: the key of its row in the token table */
	struct span name;          /* sealed */
	uint64_t version;
};

/* application_get - Fails: NOT_FOUND · FORGED · CORRUPT. */
fallible application_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct application *application);

/* application_get_clear - all but the name, which stays empty: what every request asks for. Fails
 * likewise. */
fallible application_get_clear(
	const struct view *view, struct id tenant, struct id id, struct application *application);
fallible application_put(struct act *act, const struct application *application);

/* application_next - walk a tenant's applications in the order of their ids. False at the end: check *err. */
bool application_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct application *application, struct err *err);

/* What a token stands for; looked up by its keyed hash before the tenant is known. */
struct token {
	enum token_kind kind;
	struct id tenant; /* none for the operator */
	struct id owner;  /* application or person; none for the operator */
	struct id id;     /* of a personal token; else none */
	struct instant expires;
	bool revoked;
};

/* token_get - Fails: NOT_FOUND · FORGED. */
fallible token_get(const struct view *view, const uint8_t hash[static HASH_BLAKE], struct token *token);
fallible token_put(struct act *act, const uint8_t hash[static HASH_BLAKE], const struct token *token);
