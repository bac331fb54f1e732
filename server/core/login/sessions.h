/* SPDX-License-Identifier: Apache-2.0 */
/* sessions - people who are signed in to the pages: begun by a verification, touched by what is asked with them, ended by
 * the person, by somebody who may, by the clock, or by whatever makes its person somebody to be asked anew. */
#pragma once

#include "crypto/tokens.h"
#include "server/core/login/verifications.h"
#include "server/core/scene.h"
#include "store/nouns/session.h"

struct expiry; /* store/nouns/expiry.h */

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

/* sessions_set_up - in the act in which the caller set up an authenticator, or acknowledged the notice: what the session lacked
 * of it it lacks no more. Nothing to do for who calls otherwise.
 *
 *   what    enum session_lack
 *   means   enum session_means: by what the person was known just now; 0
 *   proven  somebody vouched for that factor */
struct sessions_news {
	unsigned what, means;
	bool proven;
};
fallible sessions_set_up(struct act *act, const struct caller *caller, const struct sessions_news *news);

/* sessions_step_up - in the act of a verification that the caller's session opened: one by which its person showed an authenticator, or
 * spent a recovery code, makes good what the session began without. Nothing to do for one that is not limited. */
fallible sessions_step_up(
	struct act *act, const struct caller *caller, const struct verifications_ask *verification);

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

/* sessions_end - one, with its event.
 *
 *   by  who wants it so; NULL: the server, by what happened
 * Fails: as event_seal, act_drop. */
fallible sessions_end(
	struct act *act, const struct session *session, enum sessions_cause cause, const struct caller *by);

/* Which of a person's. */
struct sessions_of {
	struct id tenant, person;
	struct id device; /* only those from it; none: from anywhere */
	struct id but;    /* this one stays; none: none does */
};

/* sessions_end_all - those that stand, each with its event; of those whose time is over it is said that it was. *ended grows by how many. */
fallible sessions_end_all(struct act *act, const struct sessions_of *of, enum sessions_cause cause,
	const struct caller *by, uint32_t *ended);

/* sessions_count - how many of them stand now. */
fallible sessions_count(
	const struct view *view, const struct sessions_of *of, struct instant now, uint32_t *count);

/* sessions_find - one that the caller may end: the person's own, or anybody's with factors.manage or people.write.
 * Fails: NOT_FOUND, also when it is only not for the caller. */
fallible sessions_find(const struct scene *scene, struct id id, struct session *session);

/* sessions_may_end - whether the caller may end a person's sessions. */
bool sessions_may_end(const struct caller *caller, struct id person);

/* sessions_erase - of a person who is erased: the rows go, without events of their own. */
fallible sessions_erase(struct act *act, struct id tenant, struct id person);

/* sessions_sweep - housekeeping: one whose time may be over. */
fallible sessions_sweep(struct act *act, const struct expiry *expiry);
