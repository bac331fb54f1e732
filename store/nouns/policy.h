/* SPDX-License-Identifier: Apache-2.0 */
/* policy - what a tenant asks of people who sign in, one row for everyone and one for each role that has a policy of
 * its own. Source: docs/formats.md "policy". */
#pragma once

#include "base/arena.h"
#include "policies/signin.h"
#include "store/nouns/noun.h"

struct policy {
	struct span name; /* of a role, or SIGNIN_EVERYONE */
	struct signin_policy rules;
	uint64_t version; /* 0: nobody has changed it, there is no row */
};

/* policy_get - signin_default() when there is no row. Fails: FORGED · CORRUPT · NO_MEMORY.
 *
 *   arena  holds the texts
 * Cost: of a row that is not there, one look-up and no MAC. */
fallible policy_get(const struct view *view, struct id tenant, struct span name, struct arena *arena,
	struct policy *policy);

/* policy_put - inside an act. Fails as act_put. */
fallible policy_put(struct act *act, struct id tenant, const struct policy *policy);

/* policy_next - those that were ever set, in the order of names; `after` empty = from the first. False at the end:
 * check *err. */
bool policy_next(const struct view *view, struct id tenant, struct span *after, struct arena *arena,
	struct policy *policy, struct err *err);
