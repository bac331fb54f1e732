/* SPDX-License-Identifier: Apache-2.0 */
/* emergencies - break-glass: access to one credential for an hour, by two people, told to everybody.
 *
 * Asked for with a reason; confirmed by a custodian: another person with breakglass.confirm, of the staff or from outside, or a
 * contact of the client. So nobody who is alone gets it. It raises no ceiling of modes and thaws no client. It closes by
 * itself; until somebody else has reviewed it, neither its requester nor anybody on the same credential gets another one. */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "store/nouns/breakglass.h"
#include "store/nouns/grant.h"

struct emergencies_add {
	/* asked */
	struct span credential; /* crd_… */
	struct span reason;     /* BREAKGLASS_REASON_MIN characters at least */
	/* prepared */
	struct breakglass breakglass;
	struct span sealed;
	uint64_t credential_row;
	struct event_draft draft;
	struct letters told; /* to the custodians */
};

/* emergencies_add_prepare - by a proven member of staff. Fails: PERSON_UNPROVEN · NOT_FOUND the credential · DENIED there is
 * nobody else who could confirm it · CONFLICT it is archived, no mode of its ceiling is for a person, or one before is not
 * reviewed. emergencies_add_write - Fails: STALE · CONFLICT. */
fallible emergencies_add_prepare(const struct scene *scene, struct emergencies_add *add);
fallible emergencies_add_write(struct act *act, struct emergencies_add *add);

/* emergencies_find - by the id in a path: seen by its requester, by who may confirm, and by the client. Fails: NOT_FOUND. */
fallible emergencies_find(const struct scene *scene, struct span text, struct breakglass *breakglass);

/* emergencies_sees - whether one is seen by this caller. */
fallible emergencies_sees(const struct scene *scene, const struct breakglass *breakglass, bool *sees);

struct emergencies_decide {
	struct breakglass breakglass; /* as emergencies_find found it; then as it will be */
	bool approve;                 /* asked */
	/* prepared */
	struct grant grant;
	struct span sealed; /* of the grant */
	uint64_t credential_row;
	struct event_draft decided, opened;
	struct letters told;
};

/* emergencies_decide_prepare - by a custodian who did not ask. Fails: PERSON_UNPROVEN · DENIED · CONFLICT it does not wait ·
 * EXPIRED nobody confirmed it in time. emergencies_decide_write - opens it, or not. */
fallible emergencies_decide_prepare(const struct scene *scene, struct emergencies_decide *decide);
fallible emergencies_decide_write(struct act *act, struct emergencies_decide *decide);

/* emergencies_check_custodian - the caller may confirm or review this one: proven, another person than who asked, with
 * breakglass.confirm or a contact of the client. Fails: PERSON_UNPROVEN · DENIED. */
fallible emergencies_check_custodian(const struct scene *scene, const struct breakglass *breakglass);

/* emergencies_event - begin an event about one. */
struct event emergencies_event(
	const struct scene *scene, enum action action, const struct breakglass *breakglass);
