/* SPDX-License-Identifier: Apache-2.0 */
/* holds - placing one is the act of one person, lifting it that of two. */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "store/nouns/hold.h"

struct holds_place {
	/* asked */
	struct span person, client; /* id or ref; both empty = the whole tenant */
	struct instant until;       /* ms 0 = until it is lifted */
	struct span ground;
	/* prepared */
	struct hold hold;
	struct span sealed;
	struct event_draft placed;
	struct letters told; /* who decides of erasures */
};

/* holds_place_prepare - by a proven person. Fails: PERSON_UNPROVEN · UNKNOWN_PERSON, UNKNOWN_CLIENT · CONFLICT its
 * erasure has begun. holds_place_write - Fails also: CONFLICT HOLD_LIST_MAX of them are in force. */
fallible holds_place_prepare(const struct scene *scene, struct holds_place *place);
fallible holds_place_write(struct act *act, struct holds_place *place);

struct holds_lift {
	struct hold hold; /* as holds_find found it; after the act as it stands */
	/* prepared */
	struct span sealed;
	struct event_draft draft;
	struct letters told; /* who decides of erasures */
};

/* holds_lift_prepare - the first proven person asks for it, a second one lifts it; both with privacy.approve (the
 * route's). Fails: PERSON_UNPROVEN · DENIED the same person again · CONFLICT it is over already. */
fallible holds_lift_prepare(const struct scene *scene, struct holds_lift *lift);
fallible holds_lift_write(struct act *act, struct holds_lift *lift);

/* holds_find - by the id in a path. Fails: NOT_FOUND. */
fallible holds_find(const struct scene *scene, struct span text, struct hold *hold);

/* holds_state_name - "active", "lifting", "lifted", "ended". */
const char *holds_state_name(const struct hold *hold, struct instant now);
