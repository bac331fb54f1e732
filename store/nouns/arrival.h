/* SPDX-License-Identifier: Apache-2.0 */
/* arrival - somebody who signs in to the pages, on the way: an address was given and a code mailed to it; then a tenant is
 * chosen, and a verification of that tenant's goes on with it. It belongs to no tenant before.
 *
 * An address that is nobody's has one as well, of the same form. Of the address only a keyed hash is kept.
 * Source: docs/formats.md "arrival". */
#pragma once

#include "crypto/hash.h"
#include "store/nouns/noun.h"

enum {
	ARRIVAL_TRIES = 5,
	ARRIVAL_CODES_MAX = 3,
	ARRIVAL_REF = 2,
	ARRIVAL_OPEN_MS = 10 * 60 * 1000, /* from its beginning to the right code, and again to the session */
	ARRIVAL_KEPT_MS = 60 * 60 * 1000, /* it answers `ended` so long */
};

/* Stored numbers: never renumber. */
enum arrival_state {
	ARRIVAL_CODE = 0,   /* the mailed code is awaited */
	ARRIVAL_CHOOSE = 1, /* it was right, and the address is of several tenants */
	ARRIVAL_FACTOR = 2, /* the tenant is known, and another factor is awaited */
	ARRIVAL_ENDED = 3,  /* signed in, locked, or refused */
};

/* A mailed code. Only its keyed hash is kept. */
struct arrival_code {
	char ref[ARRIVAL_REF + 1];
	uint8_t hash[HASH_BLAKE];
	struct instant made;
};

struct arrival {
	struct id id;
	enum arrival_state state;
	uint16_t reason; /* enum reason, of ENDED; 0 = signed in */
	uint8_t tries;   /* wrong mailed codes so far */
	uint8_t mailed;  /* codes so far */
	struct instant opened;
	struct instant passed;                        /* when the mailed code was right; ms 0 */
	uint8_t mailbox[KEYS_TERM];                   /* of the address */
	struct id tenant, person;                     /* once they are known; none */
	struct id verification;                       /* of that tenant; none */
	struct arrival_code codes[ARRIVAL_CODES_MAX]; /* the newest last */
	size_t code_count;
	uint64_t version;
};

/* arrival_get - Fails: NOT_FOUND · FORGED · CORRUPT. */
fallible arrival_get(const struct view *view, struct id id, struct arrival *arrival);

/* arrival_add - a new one, with its place in the queue of what ends. arrival_put - again. Inside an act. */
fallible arrival_add(struct act *act, const struct arrival *arrival);
fallible arrival_put(struct act *act, const struct arrival *arrival);

/* arrival_drop - housekeeping. Fails: NOT_FOUND · IO. */
fallible arrival_drop(struct act *act, struct id id);

/* arrival_expires - until when it goes on. */
struct instant arrival_expires(const struct arrival *arrival);
