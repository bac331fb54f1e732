/* SPDX-License-Identifier: Apache-2.0 */
/* remembered - the devices that a person need not prove themselves on at every login: for each a series, whose secret
 * turns with its use, and which ends on the day that was fixed when it began.
 *
 * Neither series nor secret is stored: a row stands under a keyed hash of its series, and holds a nonce of which only
 * the server makes the secret again. Source: docs/formats.md "remembered". */
#pragma once

#include "store/nouns/noun.h"

enum {
	REMEMBERED_NONCE = 16,           /* bytes */
	REMEMBERED_GRACE_MS = 10 * 1000, /* of double requests: so long a secret does not turn again */
	REMEMBERED_MAX = 16,             /* of one person */
	REMEMBERED_DAYS_MAX = 30,        /* from the first day to the last */
};

struct remembered {
	struct id tenant;
	struct id id;          /* rem_: keyed hash of the series, and the row's name */
	struct id person;      /* who is remembered */
	struct id application; /* by whom */
	struct id device;      /* on what: our id of it */
	struct instant issued;
	struct instant expires;           /* no turn moves it */
	struct instant turned;            /* when the secret came to be what it is */
	uint32_t turns;                   /* so far */
	uint8_t nonce[REMEMBERED_NONCE];  /* of the secret */
	uint8_t before[REMEMBERED_NONCE]; /* of the one before it; with turns 0 of none */
	uint64_t version;
};

/* remembered_get - Fails: NOT_FOUND · FORGED · CORRUPT. */
fallible remembered_get(
	const struct view *view, struct id tenant, struct id id, struct remembered *remembered);

/* remembered_next - a person's, in no order that means anything; `after` none = from the first; set to the id found.
 * False at the end: check *err. */
bool remembered_next(const struct view *view, struct id tenant, struct id person, struct id *after,
	struct remembered *remembered, struct err *err);

/* remembered_add - a new one, also to the person's list. remembered_put - it turned. remembered_drop - it ended. All
 * inside an act. */
fallible remembered_add(struct act *act, const struct remembered *remembered);
fallible remembered_put(struct act *act, const struct remembered *remembered);
fallible remembered_drop(struct act *act, const struct remembered *remembered);

/* remembered_turn - another secret from now on. */
void remembered_turn(
	struct remembered *remembered, const uint8_t nonce[static REMEMBERED_NONCE], struct instant now);

/* remembered_is_fresh - whether it turned within the grace: then the secret before it is still taken, and it does not
 * turn again. */
bool remembered_is_fresh(const struct remembered *remembered, struct instant now);
