/* SPDX-License-Identifier: Apache-2.0 */
/* deposit - a link through which a client hands in a credential that no member of staff passes on.
 *
 * open -> used (what was handed in waits, unconfirmed) -> accepted or refused; expired when nobody used or nobody
 * accepted it in time; dead after DEPOSIT_TRIES wrong words. What it holds lies under the tenant's key of the day,
 * which dies (FOUNDATIONS 23, 25). Source: docs/formats.md "deposit". */
#pragma once

#include "base/arena.h"
#include "store/nouns/credential.h"
#include "store/nouns/noun.h"

enum {
	DEPOSIT_TRIES = 5,
	DEPOSIT_WORDS = 3,
	DEPOSIT_SECRET_MAX = 24 * 1024, /* bytes of what it holds, sealed */
	DEPOSIT_OPEN_MS = 24 * 60 * 60 * 1000,
	DEPOSIT_WAITS_MS = 7 * 24 * 60 * 60 * 1000, /* used, until somebody accepts it */
};

/* How long a row says what became of it. */
#define DEPOSIT_KEPT_MS (INT64_C(30) * 24 * 60 * 60 * 1000)

/* Stored numbers: never renumber. */
enum deposit_state {
	DEPOSIT_OPEN = 0,
	DEPOSIT_USED = 1,
	DEPOSIT_ACCEPTED = 2,
	DEPOSIT_REFUSED = 3,
	DEPOSIT_EXPIRED = 4,
	DEPOSIT_DEAD = 5,
	DEPOSIT_STATE_COUNT
};

/* Bits of deposit->fields: 1 << enum credential_field, and this one, which no field has. */
enum { DEPOSIT_USERNAME = 1u << 0 };

struct deposit {
	struct id tenant;
	struct id id;
	enum deposit_state state;
	enum credential_kind kind; /* that it becomes */
	uint16_t fields;           /* that are asked for */
	uint16_t modes_max;        /* MODE_BITs of the credential that it becomes */
	uint8_t tries;             /* wrong words so far */
	struct id client;
	struct id opener;        /* a person, or else an application */
	bool opened_by_software; /* which of the two */
	struct id decider;       /* the person who accepted or refused it; none */
	struct id credential;    /* what it became; none */
	struct instant created;
	struct instant ends;       /* the link, and then the waiting */
	struct instant ended;      /* ms 0 = it has not */
	uint8_t words[HASH_BLAKE]; /* keyed hash */
	uint32_t day;              /* whose key seals the secret: days since 1970 */
	struct span ask;    /* what is asked for, the title of what it becomes; sealed under the client */
	struct span url;    /* of the site; sealed likewise */
	struct span secret; /* open: the key of its box; used: what was handed in; else empty */
	uint64_t version;
};

/* deposit_find_tenant - whose deposit an id is. Fails: NOT_FOUND · CORRUPT. deposit_get - spans lie in the arena. Fails:
 * NOT_FOUND · FORGED · CORRUPT · NO_MEMORY. */
fallible deposit_find_tenant(const struct view *view, struct id id, struct id *tenant);
fallible deposit_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct deposit *deposit);

/* deposit_seal - the sealed texts, in prepare. deposit_add - a new row, in the act. deposit_change - put back what the act
 * has read and changed; the sealed texts stay as they are. deposit_drop - the row goes. */
fallible deposit_seal(const struct keys *keys, const struct deposit *deposit, struct buf *sealed);
fallible deposit_add(struct act *act, const struct deposit *deposit, struct span sealed);
fallible deposit_change(struct act *act, const struct deposit *deposit);
fallible deposit_drop(struct act *act, const struct deposit *deposit);

/* deposit_next - walk a tenant's deposits in the order of their ids. False at the end: check *err. */
bool deposit_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct deposit *deposit, struct err *err);

/* deposit_state_name - "open", "unconfirmed", "accepted" and so on. Static. */
const char *deposit_state_name(enum deposit_state state);
