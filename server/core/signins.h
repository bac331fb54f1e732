/* SPDX-License-Identifier: Apache-2.0 */
/* signins - what a tenant's policies ask of one person here and now: those of everyone and of each of the person's
 * roles, folded (policies/signin.h). Read in prepare; the act does not look again. */
#pragma once

#include "server/core/server.h"
#include "store/nouns/person.h"
#include "store/nouns/policy.h"

struct signins_ask {
	struct id tenant;
	const struct person *person; /* NULL: somebody who does not exist, and has no role */
	bool is_action;
	struct span action_type;
	struct span ip; /* as address_print writes it; empty = unknown */
	struct instant now;
};

struct json_out; /* base/json_out.h */

/* signins_put_flags - "flags": what the policies noticed; nothing when they noticed nothing. */
void signins_put_flags(struct json_out *out, unsigned flags);

/* signins_read - Fails: FORGED · CORRUPT · NO_MEMORY.
 * Cost: a row of each role, and a row of each policy that was ever set. */
fallible signins_read(const struct server *server, const struct view *view, const struct signins_ask *ask,
	struct arena *arena, struct signin *signin);

/* signins_standing - the same for what goes on from a login: where the person is, what the time of day is and whether the clock
 * is in doubt was looked at then. Fails and costs likewise. */
fallible signins_standing(
	const struct view *view, const struct signins_ask *ask, struct arena *arena, struct signin *signin);
