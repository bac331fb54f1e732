/* SPDX-License-Identifier: Apache-2.0 */
/* consents - a client lets somebody outside the business see what is the client's, for a purpose and a time, and takes that
 * back at once. Only the client's own people give one; paying, or agreeing to terms, never is one. */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "store/nouns/client.h"
#include "store/nouns/consent.h"

enum { CONSENTS_DAYS_MAX = 400, CONSENTS_TEXT_MAX = 1000000 };

struct consents_give {
	/* asked */
	struct span client, party; /* id or ref */
	struct span credential;    /* crd_…; empty: all of the client's */
	struct consent consent;    /* text, purpose, expires */
	/* prepared */
	const char *fault; /* after INVALID: the member that is at fault; static */
	struct span sealed;
	struct event_draft given;
};

/* consents_give_prepare, _write - by a proven contact person of the client. Fails: UNKNOWN_CLIENT also one that the person is
 * no contact of · UNKNOWN_PERSON the party · NOT_FOUND no such credential of the client · INVALID with give->fault: the
 * party is not from outside, or the end is past or over CONSENTS_DAYS_MAX ahead · PERSON_UNPROVEN. */
fallible consents_give_prepare(const struct scene *scene, struct consents_give *give);
fallible consents_give_write(struct act *act, struct consents_give *give);

struct consents_withdraw {
	/* asked */
	struct span consent_id; /* cns_… */
	/* prepared and decided */
	struct consent consent;
	struct id by;
	struct span sealed;
	struct letters told; /* owners, the party, and who gave it what it may use */
	size_t ended;        /* grants */
};

/* consents_withdraw_prepare, _write - by a proven contact person of the client: the party's grants that no other consent
 * covers end with it, in the same act; all events name the consent. Fails: NOT_FOUND · CONFLICT withdrawn already. */
fallible consents_withdraw_prepare(const struct scene *scene, struct consents_withdraw *withdraw);
fallible consents_withdraw_write(struct act *act, struct consents_withdraw *withdraw);
