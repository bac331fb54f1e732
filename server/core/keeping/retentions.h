/* SPDX-License-Identifier: Apache-2.0 */
/* retentions - what a tenant keeps for how long: one person up to 12 months, two with a justification above. */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "store/nouns/retention.h"

struct retentions_set {
	/* asked */
	enum action_retention class;
	uint8_t months;
	struct span justification;
	/* prepared */
	struct retention retention; /* as it will be */
	struct span sealed;
	struct event_draft draft;
	bool waits; /* for a second person */
	struct letters told;
};

/* All owners, and whoever decides of erasures, are told of what comes into force, and of what waits for a second person.
 *
 * retentions_set_prepare - by a proven person with privacy.approve (the route's). Above RETENTION_FREE it only asks.
 * Fails: PERSON_UNPROVEN. retentions_set_write - Fails: STALE. */
fallible retentions_set_prepare(const struct scene *scene, struct retentions_set *set);
fallible retentions_set_write(struct act *act, struct retentions_set *set);

/* retentions_decide_prepare - by another proven person with privacy.approve: what was asked for comes into force, or
 * is forgotten. set->class is asked. Fails: PERSON_UNPROVEN · DENIED the same person · CONFLICT nothing waits.
 * retentions_set_write writes it. */
fallible retentions_decide_prepare(const struct scene *scene, bool approve, struct retentions_set *set);

/* retentions_find_class - "security" and the others; false when there is none. */
bool retentions_find_class(struct span word, enum action_retention *class);
