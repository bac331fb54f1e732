/* SPDX-License-Identifier: Apache-2.0 */
/* mailcodes - a few digits that prove an address: drawn, kept only as a keyed hash, told by the outbox. */
#pragma once

#include "server/core/caller.h"
#include "store/nouns/notice.h"

/* As many digits unless a policy says fewer. */
enum { MAILCODES_DIGITS = 8, MAILCODES_MINUTES = 10, MAILCODES_REF = 2 };

struct mailcodes_ask {
	struct id tenant;
	struct id about;             /* the verification or factor that the code is for */
	struct id person;            /* none: a decoy */
	struct span to;              /* address */
	const struct device *device; /* from which it was asked for; NULL */
	struct span action;          /* what is confirmed by it, in words; empty: a login */
	unsigned digits;             /* 0 = MAILCODES_DIGITS */
	struct instant now;
};

struct mailcodes_code {
	char ref[MAILCODES_REF + 1]; /* on the screen and in the mail: which of several codes this is */
	uint8_t hash[HASH_BLAKE];
	struct notice notice; /* for notice_add; a decoy's is never added */
};

/* mailcodes_hash - what is kept of a code: bound to tenant, purpose and person, so that it is right nowhere
 * else. */
void mailcodes_hash(const struct keeper *keeper, struct id tenant, struct id about, struct id person,
	struct span code, uint8_t hash[static HASH_BLAKE]);

/* mailcodes_draw - in prepare. Fails: as tell_prepare. */
fallible mailcodes_draw(const struct server *server, const struct mailcodes_ask *ask, struct arena *arena,
	struct mailcodes_code *code);
