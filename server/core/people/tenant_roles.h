/* SPDX-License-Identifier: Apache-2.0 */
/* tenant_roles - what the roles of a tenant allow: data that every member of staff reads, and few may change.
 */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "store/nouns/person.h"

struct tenant_roles_set {
	/* asked */
	struct role role; /* name, capabilities; least_factor if has_factor */
	bool has_factor;
	/* prepared */
	struct id tenant;
	struct role before; /* version 0: there was none */
	struct event_draft changed;
	struct letters told;
};

/* tenant_roles_set_prepare - Fails: SCOPE_EXCEEDS a capability is added that the caller lacks ·
 * PERSON_UNPROVEN a careful one is added, or a weaker factor will do from now on, and an unproven person
 * acts. */
fallible tenant_roles_set_prepare(const struct scene *scene, struct tenant_roles_set *set);
fallible tenant_roles_set_write(struct act *act, struct tenant_roles_set *set);

/* tenant_roles_check_reader - Fails: DENIED a person acts who is not of the staff. */
fallible tenant_roles_check_reader(const struct scene *scene);
