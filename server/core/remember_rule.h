/* SPDX-License-Identifier: Apache-2.0 */
/* remember_rule - who may be remembered on a device, and for how long: what the tenant's policies say, and never who is
 * of a privileged role. Read in prepare; the act does not look again. */
#pragma once

#include "server/core/signins.h"
#include "store/nouns/remembered.h"

struct remember_rule_ask {
	const struct server *server;
	const struct view *view;
	struct id tenant;
	struct id person;
	const struct signin
		*signin; /* what the policies say here and now; NULL: it is read, of nowhere in particular */
	struct instant now;
};

/* remember_rule_days - how long at most; the strictest role decides.
 *
 *   days  1 to REMEMBERED_DAYS_MAX; 0 = never: a policy says so or asks for more now, a role asks for an authenticator or
 *         rules over others, or there is no such person who is active
 * Fails: as person_get_clear, role_get, signins_read. */
fallible remember_rule_days(const struct remember_rule_ask *ask, struct arena *arena, unsigned *days);
