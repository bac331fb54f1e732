/* SPDX-License-Identifier: Apache-2.0 */
/* sessions - people who are signed in to the pages: begun by a verification, touched by what is asked with them, ended by
 * the person, by somebody who may, by the clock, or by whatever makes its person somebody to be asked anew. */
#pragma once

#include "crypto/tokens.h"
#include "server/core/scene.h"
#include "server/core/verifications.h"
#include "store/session.h"

struct expiry; /* store/expiry.h */

/* ---- begun ---- */

struct sessions_start {
	/* asked */
	const struct verifications_ask *verification; /* prepared: whose outcome lets the person in */
	/* prepared */
	struct session session;
	char text[TOKEN_TEXT + 1]; /* of the cookie; shown once, whoever shows it wipes it */
	struct event_draft started;
};

/* sessions_start_prepare - what an allow would begin. Fails: as event_seal, person_get_clear. */
fallible sessions_start_prepare(const struct scene *scene, struct sessions_start *start);

/* sessions_start_write - in the act that allows, after verifications_write. */
fallible sessions_start_write(struct act *act, struct sessions_start *start);

/* ---- used ---- */

/* sessions_touch - in the act of a request: the caller's session is in use. */
fallible sessions_touch(struct act *act, const struct caller *caller);

/* ---- ended ---- */

enum sessions_cause {
	SESSIONS_LOGOUT,   /* session.ended */
	SESSIONS_IDLE,     /* the same */
	SESSIONS_ABSOLUTE, /* the same */
	SESSIONS_PERSON,   /* session.revoked: by the person, elsewhere */
	SESSIONS_OTHER,    /* by somebody who may, as are those below by what happened */
	SESSIONS_DEVICE,
	SESSIONS_FACTOR,
	SESSIONS_EMAIL,
	SESSIONS_SUSPENDED,
	SESSIONS_REMOVED,
	SESSIONS_CAUSES
};

/* sessions_end - one, with its event. Fails: as event_seal, act_drop. */
fallible sessions_end(struct act *act, const struct session *session, enum sessions_cause cause);

/* Which of a person's. */
struct sessions_of {
	struct id tenant, person;
	struct id device; /* only those from it; none: from anywhere */
	struct id but;    /* this one stays; none: none does */
};

/* sessions_end_all - those that stand, each with its event. *ended grows by how many. */
fallible sessions_end_all(
	struct act *act, const struct sessions_of *of, enum sessions_cause cause, uint32_t *ended);

/* sessions_erase - of a person who is erased: the rows go, without events of their own. */
fallible sessions_erase(struct act *act, struct id tenant, struct id person);

/* sessions_sweep - housekeeping: one whose time may be over. */
fallible sessions_sweep(struct act *act, const struct expiry *expiry);
