/* SPDX-License-Identifier: Apache-2.0 */
/* grant - who may use which credential, how, until when, how often. Source: docs/formats.md "grant". */
#pragma once

#include "base/arena.h"
#include "policies/grant_rules.h"
#include "store/noun.h"

enum { GRANT_TASK_MAX = 128, GRANT_MANDATE_MAX = 1000, GRANT_USES_MAX = 1000000, GRANT_DAYS = 90 };

struct grant {
	struct id tenant;
	struct id id;
	struct id credential;
	struct id client; /* of the credential */
	struct id person; /* the grantee */
	struct id giver;  /* person, or application that acted as itself */
	bool giver_is_person;
	enum grant_state state;
	uint16_t modes;    /* MODE_BITs */
	uint32_t uses_max; /* 0 = any number */
	uint32_t uses_made;
	bool notify; /* the client is told of every use, not of reveals only */
	struct instant created;
	struct instant from, until;
	struct instant ended; /* when it was revoked or seen to have expired; ms 0 = not yet */
	struct span task;     /* sealed under the client, as the one below */
	struct span mandate;
	uint64_t row; /* version of the row */
};

/* grant_get - texts lie in the arena; after the client's erasure they are empty. Fails: NOT_FOUND · FORGED ·
 * CORRUPT. */
fallible grant_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct grant *grant);

/* grant_seal - the sealed texts, in prepare; grant_put - the row and its places in the lists of grantee and
 * client, in the act. */
fallible grant_seal(const struct keys *keys, const struct grant *grant, struct buf *sealed);
fallible grant_put(struct act *act, const struct grant *grant, struct span sealed);

/* grant_change - put back what an act has read and changed; the sealed texts stay as they are. Fails also:
 * NOT_FOUND. */
fallible grant_change(struct act *act, const struct grant *grant);

/* grant_next - walk all grants of a tenant, or those of one person or client (`of`; none = all), in the order
 * of their ids. False at the end: check *err. */
bool grant_next(const struct view *view, struct id tenant, struct id of, struct id *after,
	struct arena *arena, struct grant *grant, struct err *err);

/* What a grant shows itself as: its state, and what time and count make of it. */
enum grant_shown {
	GRANT_SHOWN_ACTIVE,
	GRANT_SHOWN_SUSPENDED,
	GRANT_SHOWN_REVOKED,
	GRANT_SHOWN_EXPIRED,
	GRANT_SHOWN_USED_UP,
	GRANT_SHOWN_COUNT
};

enum grant_shown grant_shown(const struct grant *grant, struct instant now);
const char *grant_shown_name(enum grant_shown shown);
bool grant_shown_find(struct span word, enum grant_shown *shown);
