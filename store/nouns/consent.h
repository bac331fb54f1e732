/* SPDX-License-Identifier: Apache-2.0 */
/* consent - that a client lets somebody outside the business see what is the client's. Source: docs/formats.md
 * "consent". */
#pragma once

#include "base/arena.h"
#include "store/nouns/noun.h"

enum { CONSENT_PURPOSE_MAX = 500 };

/* Stored numbers: never renumber. */
enum consent_state { CONSENT_GIVEN = 0, CONSENT_WITHDRAWN = 1, CONSENT_STATE_COUNT };

struct consent {
	struct id tenant;
	struct id id;
	enum consent_state state;
	struct id client;
	struct id party;      /* the person outside */
	struct id credential; /* none: all of the client's */
	struct id giver;      /* the client's contact person */
	uint32_t text;        /* version of the text that was agreed to */
	struct instant given;
	struct instant expires;
	struct instant withdrawn; /* ms 0 = not */
	struct span purpose;      /* sealed under the client */
	uint64_t version;
};

/* consent_get - the purpose lies in the arena; after the client's erasure it is empty. Fails: NOT_FOUND · FORGED ·
 * CORRUPT. */
fallible consent_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct consent *consent);

/* consent_seal - the sealed text, in prepare; consent_put - the row and its place in the list of client and party, in the
 * act. */
fallible consent_seal(const struct keys *keys, const struct consent *consent, struct buf *sealed);
fallible consent_put(struct act *act, const struct consent *consent, struct span sealed);

/* consent_listed_at - its key in that list (consent_index). */
struct noun_key consent_listed_at(const struct consent *consent);

/* consent_find - a live one of a client for a party and a credential. Fails: NOT_FOUND there is none.
 * Cost: O(consents ever given of this client for this party). */
struct consent_ask {
	struct id tenant, client, party, credential;
	struct instant now;
};
fallible consent_find(
	const struct view *view, const struct consent_ask *ask, struct arena *arena, struct consent *consent);
