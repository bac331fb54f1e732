/* SPDX-License-Identifier: Apache-2.0 */
/* grants - giving the use of a credential to a person, taking it back, and stopping all use of a client's. */
#pragma once

#include "server/core/caller.h"
#include "server/core/sight.h"
#include "store/client.h"
#include "store/credential.h"
#include "store/grant.h"

/* A new grant. */
struct grants_add {
	/* asked */
	struct span credential; /* crd_… */
	struct span to;         /* id or ref of a person */
	struct grant grant;     /* modes, from (ms 0 = now), until (ms 0 = in GRANT_DAYS), uses_max, task,
				   mandate, notify */
	/* prepared */
	const char *fault; /* after INVALID: the member that is at fault; static */
	uint64_t credential_row, client_row, person_row;
	struct span sealed;
	struct event_draft draft;
};

/* grants_add_prepare, _write - active at once. The route has seen to it that a person who gives is proven and
 * may. Fails: NOT_FOUND the credential · UNKNOWN_PERSON · CONFLICT the credential is archived, or client or
 * person not active · INVALID with add->fault: modes over the credential's ceiling, an end before the
 * beginning. */
fallible grants_add_prepare(const struct server *server, const struct caller *caller, const struct view *view,
	struct instant now, struct arena *arena, struct grants_add *add);
fallible grants_add_write(struct act *act, struct grants_add *add);

/* grants_sight - what a caller sees of grants, exposures and clients: all by grant.give or grant.approve. */
fallible grants_sight(
	const struct view *view, const struct caller *caller, struct arena *arena, struct sight *sight);

/* grants_find - a grant that the caller sees, by the id in a path. Fails: NOT_FOUND. */
fallible grants_find(const struct view *view, const struct caller *caller, struct span text,
	struct arena *arena, struct grant *grant);

/* Taking one back: whoever sees a grant may, the grantee as well. */
struct grants_revoke {
	struct grant grant; /* of grants_find */
	struct event_draft draft;
};

/* grants_revoke_prepare, _write - Fails: CONFLICT it has ended already. */
fallible grants_revoke_prepare(const struct server *server, const struct caller *caller, struct instant now,
	struct arena *arena, struct grants_revoke *revoke);
fallible grants_revoke_write(struct act *act, struct grants_revoke *revoke);

/* Stopping all use of a client's credentials, or allowing it again. */
struct grants_freeze {
	struct span client; /* id or ref */
	bool frozen;        /* from now on */
	struct client found;
	struct span sealed;
	struct event_draft draft;
};

/* grants_freeze_prepare, _write - Fails: NOT_FOUND also a client that the caller does not see. */
fallible grants_freeze_prepare(const struct server *server, const struct caller *caller,
	const struct view *view, struct instant now, struct arena *arena, struct grants_freeze *freeze);
fallible grants_freeze_write(struct act *act, struct grants_freeze *freeze);
