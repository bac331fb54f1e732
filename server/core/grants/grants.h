/* SPDX-License-Identifier: Apache-2.0 */
/* grants - giving the use of a credential to a person, taking it back, and stopping all use of a client's. */
#pragma once

#include "server/core/grants/calendars.h"
#include "server/core/grants/gates.h"
#include "server/core/letters.h"
#include "server/core/scene.h"
#include "server/core/sight.h"
#include "store/nouns/client.h"
#include "store/nouns/credential.h"
#include "store/nouns/grant.h"

/* A new grant. */
struct grants_add {
	/* asked */
	struct span credential; /* crd_… */
	struct span to;         /* id or ref of a person */
	struct grant
		grant; /* the terms: modes, from (ms 0 = now), until (ms 0 = in so many days as the tenant says), uses_max, hours, task,
			       mandate and so on */
	/* prepared */
	const char *fault;      /* after INVALID: the member that is at fault; static */
	const char *fault_code; /* of the problem; NULL = not_allowed */
	uint64_t credential_row, client_row, person_row;
	struct vault_rules_row rules; /* of the tenant */
	enum person_kind kind;        /* of the grantee */
	struct client client;
	struct span label, assistant; /* what a mail calls the credential and the grantee */
	struct calendars_one hours;   /* of a grant with hours */
	struct span sealed;
	struct letters letters; /* to those who may approve, or to the client */
	enum reason missing;    /* what somebody has to sign or consent to first; REASON_NONE = nothing */
	struct event_draft denied;
	struct gates_shown gates; /* for the answer alone */
	struct err refusal;       /* decided: NDA_MISSING or CONSENT_MISSING; the act stands with its event */
	struct event_draft draft;
};

/* grants_add_prepare, _write - active at once, unless somebody has to approve it. The route has seen to it that a person who gives is proven and
 * may. Fails: NOT_FOUND the credential · UNKNOWN_PERSON · CONFLICT the credential is archived, or client or
 * person not active · INVALID with add->fault: modes over the credential's ceiling, an end before the
 * beginning or behind the terms of somebody from outside, no mandate where the tenant asks for one, a task that it denies, hours of a calendar that is not there, more approvals than the client has people ·
 * OTHER_ASSISTANT somebody else of the staff serves the client, where one does at a time. */
fallible grants_add_prepare(const struct server *server, const struct caller *caller, const struct view *view,
	struct instant now, struct arena *arena, struct grants_add *add);
fallible grants_add_write(struct act *act, struct grants_add *add);

/* Taking one back: whoever sees a grant may, the grantee as well. */
struct grants_revoke {
	struct grant grant;       /* of grants_find */
	struct gates_shown gates; /* of gates_look: for the answer alone */
	struct letters told;      /* the grantee, unless they do it themselves */
	struct event_draft draft;
};

/* grants_revoke_prepare, _write - Fails: CONFLICT it has ended already. */
fallible grants_revoke_prepare(const struct scene *scene, struct grants_revoke *revoke);
fallible grants_revoke_write(struct act *act, struct grants_revoke *revoke);

/* What moves a grant that nobody touched itself: a handover, a departure, a consent that was withdrawn. */
struct grants_cause {
	const char *word;  /* static, for the event: "stand_in" */
	enum id_kind kind; /* of `by` */
	struct id by;      /* none: the word says it all */
};

/* grants_suspend - inside an act: an active grant opens no more until the same cause gives it back.
 * grants_restore - give back what this cause suspended.
 *
 *   uses  made through the copy meanwhile: they count on this grant
 * grants_activate - what stood by opens. grants_end - revoke, whatever its state. Each adds its event, by the system,
 * under the client's key. Fails: NOT_FOUND · CONFLICT it has ended, or is not in that state (or suspended by
 * another cause): nothing was written. */
fallible grants_suspend(struct act *act, struct id tenant, struct id id, const struct grants_cause *cause);
fallible grants_restore(
	struct act *act, struct id tenant, struct id id, uint32_t uses, const struct grants_cause *cause);
fallible grants_activate(struct act *act, struct id tenant, struct id id, const struct grants_cause *cause);
fallible grants_end(struct act *act, struct id tenant, struct id id, const struct grants_cause *cause);

/* grants_extend - inside an act: a copy that is open, or stands by, ends later, though never behind what it was made of.
 *
 *   source  the grant that it was made of: as long as that one has time left
 *   until   the end that is asked for
 * Adds its event, as the others. Fails: NOT_FOUND · CONFLICT one of the two has ended, or nothing changes: nothing was
 * written. */
struct grants_extend {
	struct id tenant, copy, source;
	struct instant until;
	struct grants_cause cause;
};
fallible grants_extend(struct act *act, const struct grants_extend *extend);

/* The same grant for somebody else, never wider. */
struct grants_copy {
	struct id tenant;
	struct id grant;            /* active, or suspended: by the same cause, or for what stands by */
	struct id to;               /* person */
	struct instant from, until; /* ms 0 = as it is; else the narrower end counts */
	bool standby;               /* known, but not open before grants_activate */
	struct grants_cause cause;  /* by: kept in the copy as its handover */
};

/* grants_copy - inside an act: a new grant with the same bounds; what is left of the uses is what the copy has.
 *
 *   made  the copy's id
 * Fails: NOT_FOUND · CONFLICT it has ended, is used up, waits for approval, or is the person's own already. */
fallible grants_copy(struct act *act, const struct grants_copy *copy, struct id *made);
