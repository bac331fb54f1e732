/* SPDX-License-Identifier: Apache-2.0 */
/* person_tokens - tokens of a person's own, for the command line. Whoever holds one counts as that person,
 * proven: so a person gets one only for himself, and only proven. As long as nobody of the tenant was vouched
 * for, the application that sets it up gets them. */
#pragma once

#include "server/core/people/people.h"
#include "store/nouns/personal_token.h"

struct person_tokens_add {
	/* asked */
	struct span name;
	struct instant expires; /* ms 0 = the usual */
	struct person person;   /* whose */
	/* prepared */
	bool first; /* made by the application that sets the tenant up */
	struct personal_token token;
	struct span sealed;
	char text[TOKEN_TEXT + 1]; /* shown once */
	struct event_draft changed;
};

/* person_tokens_add_prepare - Fails: PERSON_UNPROVEN nobody acts, or unproven · DENIED somebody else ·
 * SCOPE_EXCEEDS the application that asks for it lacks a scope by which the person's capabilities are
 * reached. */
fallible person_tokens_add_prepare(const struct scene *scene, struct person_tokens_add *add);
fallible person_tokens_add_write(struct act *act, struct person_tokens_add *add);

struct person_tokens_revoke {
	struct personal_token token; /* prepared */
	struct person person;
	struct span sealed;
	struct event_draft changed;
};

/* person_tokens_revoke_prepare - by its owner, or by who may change people. Fails: NOT_FOUND, also when it is
 * revoked. */
fallible person_tokens_revoke_prepare(
	const struct scene *scene, struct id id, struct person_tokens_revoke *revoke);
fallible person_tokens_revoke_write(struct act *act, struct person_tokens_revoke *revoke);

/* person_tokens_end - inside an act: all of a person's; without events of their own.
 *
 *   ended  grows by how many still stood */
fallible person_tokens_end(struct act *act, struct id tenant, struct id person, uint32_t *ended);
