/* SPDX-License-Identifier: Apache-2.0 */
/* emergency_ends - how an emergency (server/core/grants/emergencies.h) closes and is reviewed. */
#pragma once

#include "server/core/grants/emergencies.h"

/* emergency_ends_close_prepare, _write - before its time, by who asked, who confirmed, or a custodian; one that nobody has decided
 * is taken back, by who asked alone. Fails: CONFLICT it is over · DENIED somebody else takes it back · EXPIRED nobody confirmed it
 * in time · STALE. */
fallible emergency_ends_close_prepare(const struct scene *scene, struct emergencies_decide *close);
fallible emergency_ends_close_write(struct act *act, struct emergencies_decide *close);

struct emergency_ends_review {
	struct breakglass breakglass;
	enum breakglass_verdict verdict; /* asked */
	struct span note;                /* may be empty */
	/* prepared */
	struct event_draft draft;
};

/* emergency_ends_review_prepare - by a custodian who did not ask, once it is closed. Fails: PERSON_UNPROVEN · DENIED · CONFLICT.
 * emergency_ends_review_write - for the act. */
fallible emergency_ends_review_prepare(const struct scene *scene, struct emergency_ends_review *review);
fallible emergency_ends_review_write(struct act *act, struct emergency_ends_review *review);

/* emergency_ends_turn - the job: what is due lapses, or closes, and the client is told to change what was seen; or its review is
 * overdue, and the owners are told.
 *
 *   done  how many were looked at
 * Fails: as due_turn. */
fallible emergency_ends_turn(const struct server *server, struct instant now, size_t *done);
