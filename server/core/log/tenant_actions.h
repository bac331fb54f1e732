/* SPDX-License-Identifier: Apache-2.0 */
/* tenant_actions - the actions that a tenant declares itself: what its applications may report besides the rows of
 * actions.def. */
#pragma once

#include "server/core/scene.h"
#include "store/nouns/declared.h"

struct tenant_actions_set {
	/* asked: name, class and also, severity, critical, required, labels */
	struct declared action;
	/* prepared */
	struct declared before; /* version 0: there was none */
	struct event_draft changed;
};

/* tenant_actions_set_prepare - declare an action, or change what it is; one that was retired stands again.
 * Fails: INVALID the name is none · CONFLICT there are DECLARED_MAX already, or the tenant has used up all its
 * numbers. */
fallible tenant_actions_set_prepare(const struct scene *scene, struct tenant_actions_set *set);

/* tenant_actions_retire_prepare - no more events of it; those that are there stay readable. Only the name is asked.
 * Fails: NOT_FOUND there is none, or it is retired already. */
fallible tenant_actions_retire_prepare(const struct scene *scene, struct tenant_actions_set *set);

/* tenant_actions_write - either of them. Fails: STALE. */
fallible tenant_actions_write(struct act *act, struct tenant_actions_set *set);

/* tenant_actions_find - the row of a name that an event gives: "noun.verb" of actions.def, or an app.<name> that
 * stands; NULL when there is neither. Fails: CORRUPT · NO_MEMORY. */
fallible tenant_actions_find(const struct view *view, struct id tenant, struct span name, struct arena *arena,
	const struct action_row **row);
