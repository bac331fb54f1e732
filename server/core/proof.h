/* SPDX-License-Identifier: Apache-2.0 */
/* proof - a verification that stands for "this person proved who they are" (FOUNDATIONS 1). */
#pragma once

#include "base/err.h"
#include "server/core/caller.h"

enum { PROOF_LOGIN_MS = 8 * 3600 * 1000, PROOF_ACTION_MS = 5 * 60 * 1000 };

/* proof_find - in prepare: an allow of `person` obtained by the caller's application: a login of at most 8 hours, or a confirmed
 * action of at most 5 minutes that was not used yet.
 *
 *   text  ver_…
 * Fails: PERSON_UNPROVEN whatever is wrong with it. */
fallible proof_find(const struct view *view, const struct caller *caller, struct id person, struct span text, struct instant now,
	struct proof *proof);

/* proof_use - in the act: check it again with the act's clock, and use it up when it confirmed an action.
 * Fails: PERSON_UNPROVEN. */
fallible proof_use(struct act *act, struct id tenant, const struct proof *proof);
