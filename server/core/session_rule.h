/* SPDX-License-Identifier: Apache-2.0 */
/* session_rule - what a session that stands already has to be, as the roles and policies of its person are now: whoever came in
 * by less than is asked for today does nothing more until that is made good. Weighed with each request, from rows that are read
 * as they stand: no act has to look for the sessions of everybody whom a stricter role concerns. */
#pragma once

#include "base/arena.h"
#include "store/nouns/person.h"
#include "store/nouns/session.h"

struct session_rule {
	unsigned lacks;      /* enum session_lack; 0 = it serves for all that its person may do */
	bool privileged;     /* a role or a policy asks for an authenticator now */
	struct instant ends; /* unless it is used before: as session_ends, or sooner */
};

/* session_rule_read - Fails: as person_get_clear, signins_standing, factor_next.
 *
 *   person  of the session; sealed texts are not looked at
 * Cost: a row of each role and policy of the person; the factors too where an authenticator is asked for and was not shown. */
fallible session_rule_read(const struct view *view, const struct session *session,
	const struct person *person, struct instant now, struct arena *arena, struct session_rule *rule);
