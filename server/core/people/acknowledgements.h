/* SPDX-License-Identifier: Apache-2.0 */
/* acknowledgements - a person says that they have read how they are watched (R-P1): the monitoring notice, by version and
 * language. The text itself is the tenant's, and is shown by the application. */
#pragma once

#include "server/core/scene.h"
#include "store/nouns/person.h"

struct acknowledgement {
	/* asked */
	struct span name; /* id or ref of the person */
	uint32_t version;
	enum language language; /* in which it was read */
	/* prepared */
	struct person person; /* as it will be */
	uint64_t before;      /* version of the person's row */
	struct span sealed;
	struct event_draft said;
};

/* acknowledgements_prepare - only by the person: nobody acknowledges for somebody else. An asserted person will do, since
 * nobody is proven before they may sign in.
 * Fails: DENIED somebody else, or an application as itself · NOT_FOUND · CONFLICT another version is the one in force.
 * acknowledgements_write - Fails: STALE. */
fallible acknowledgements_prepare(const struct scene *scene, struct acknowledgement *ack);
fallible acknowledgements_write(struct act *act, struct acknowledgement *ack);
