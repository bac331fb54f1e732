/* SPDX-License-Identifier: Apache-2.0 */
/* entering - the second half of signing in to the pages: the address is proven, the tenant known; what its policies ask for besides
 * is a verification of that tenant's, as of any login, and what it allows is a session. */
#pragma once

#include "server/core/login/arrival_events.h"
#include "server/core/login/recoveries.h"
#include "server/core/login/remembering.h"
#include "server/core/login/sessions.h"
#include "store/nouns/application.h"

struct entering_ask {
	/* asked; texts are borrowed */
	struct id id;
	struct id tenant; /* chosen; none: it was already, or there is no choice */
	struct device device;
	bool has_code;
	char code[VERIFICATIONS_CODE_MAX + 1]; /* of an authenticator */
	struct span recovery;
	bool remembers;         /* the browser is to be remembered */
	struct span remembered; /* the token of one that is; empty */
	struct span before;     /* the session's token that the browser still has; empty */
	bool may_lock;          /* prepare runs again */
	struct span trace;
	/* prepared */
	struct instant now;
	struct arrival prepared;
	struct arrival arrival; /* as it is written */
	enum reason closed;     /* why nothing goes on; NONE */
	struct caller caller;
	struct arrival_chosen choice; /* what the business learns by being chosen */
	struct verifications_ask verify;
	struct remembering remembering;
	struct sessions_start start;
	struct token former; /* what stands behind `before`; of another kind than SESSION: nothing */
	bool has_recovery;   /* the person has recovery codes */
	/* decided */
	bool entered;
};

/* entering_prepare - with the person's verification: opened by the first call, gone on with by the others.
 * Fails: NOT_FOUND there is no such sign-in · CONFLICT its address is not proven, or its tenant not chosen · INVALID another
 * tenant than one of the address's · MALFORMED_CODE · BUSY. */
fallible entering_prepare(
	const struct server *server, const struct view *view, struct arena *arena, struct entering_ask *ask);

/* entering_write - decide; an allow begins the session. Fails: STALE. */
fallible entering_write(struct act *act, struct entering_ask *ask);

/* entering_acts - what the committer has to do. */
enum verifications_act entering_acts(const struct entering_ask *ask);
