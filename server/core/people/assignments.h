/* SPDX-License-Identifier: Apache-2.0 */
/* assignments - whether one assistant serves a client at a time, or several do: a rule of the tenant's. */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "store/nouns/handover.h"

struct assignments_set {
	/* asked */
	struct handover_assignment assignment; /* its model */
	/* prepared */
	struct handover_assignment before;
	struct event_draft changed;
	struct letters told; /* the owners */
};

/* assignments_set_prepare - Fails: PERSON_UNPROVEN a person acts who did not prove who they are. assignments_set_write -
 * Fails: STALE. */
fallible assignments_set_prepare(const struct scene *scene, struct assignments_set *set);
fallible assignments_set_write(struct act *act, struct assignments_set *set);
