/* SPDX-License-Identifier: Apache-2.0 */
/* remember_rule - who may be remembered on a device, and for how long. */
#pragma once

#include "store/person.h"
#include "store/remembered.h"

/* remember_rule_days - of a person with these roles: the strictest of them decides.
 *
 *   days  1 to REMEMBERED_DAYS_MAX; 0 = never: a role asks for an authenticator, or rules over others, or the person
 *         has none
 * Fails: as role_get. */
fallible remember_rule_days(const struct view *view, const struct person *person, unsigned *days);

/* remember_rule_find - the same by id; nobody's is 0. Fails: as person_get_clear. */
fallible remember_rule_find(
	const struct view *view, struct id tenant, struct id person, struct arena *arena, unsigned *days);
