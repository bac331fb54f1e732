/* SPDX-License-Identifier: Apache-2.0 */
/* grant - who may use which credential, how, until when, how often. Source: docs/formats.md "grant". */
#pragma once

#include "base/arena.h"
#include "policies/grant_rules.h"
#include "store/nouns/noun.h"

enum {
	GRANT_TASK_MAX = 128,
	GRANT_MANDATE_MAX = 1000,
	GRANT_PURPOSES_MAX = 1000,
	GRANT_CALENDAR_MAX = 32,
	GRANT_APPROVALS_MAX = 4,
	GRANT_USES_MAX = 1000000
};

/* How the client is told of uses; of a reveal it is told at once, whatever stands here. Stored numbers: never
 * renumber. */
enum grant_notify {
	GRANT_NOTIFY_NONE = 0,
	GRANT_NOTIFY_EACH = 1,
	GRANT_NOTIFY_DIGEST = 2,
	GRANT_NOTIFY_COUNT
};

/* Whose approval counts. Stored as bits: never renumber. */
enum grant_approver { GRANT_BY_CLIENT = 1u << 0, GRANT_BY_STAFF = 1u << 1 };

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
	enum grant_notify notify;
	struct instant created;
	struct instant from, until;
	struct instant ended; /* when it was revoked or seen to have expired; ms 0 = not yet */
	struct span calendar; /* name of the one whose hours it keeps; empty = any hour */
	enum grant_outside outside;
	enum grant_exclusive exclusive;
	unsigned approvers;                       /* enum grant_approver; 0 = nobody has to approve */
	unsigned approvals_needed;                /* 0 to GRANT_APPROVALS_MAX */
	struct id approvals[GRANT_APPROVALS_MAX]; /* people who approved */
	unsigned approvals_given;
	bool breakglass;        /* opened by force: everybody was told, and it has to be reviewed */
	struct id handover;     /* that made this grant; none: a person or application gave it */
	struct id suspended_by; /* the handover that suspends it; none */
	struct span task;       /* sealed under the client, as the two below */
	struct span mandate;
	struct span purposes_denied; /* a line each */
	uint64_t row;                /* version of the row */
};

/* grant_get - texts lie in the arena; after the client's erasure they are empty. Fails: NOT_FOUND · FORGED ·
 * CORRUPT. */
fallible grant_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct grant *grant);

/* grant_get_clear - all but the sealed texts, which stay empty: they are written once, when the grant is made. Fails as
 * grant_get. */
fallible grant_get_clear(
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
	GRANT_SHOWN_WAITING,
	GRANT_SHOWN_STANDBY,
	GRANT_SHOWN_COUNT
};

/* grant_has_ended - revoked, or its time is over, whatever its row says yet. */
bool grant_has_ended(const struct grant *grant, struct instant now);

enum grant_shown grant_shown(const struct grant *grant, struct instant now);
const char *grant_shown_name(enum grant_shown shown);
bool grant_shown_find(struct span word, enum grant_shown *shown);
