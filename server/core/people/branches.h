/* SPDX-License-Identifier: Apache-2.0 */
/* branches - into which branch a person or a client is put. A name that nobody has yet is a new branch. */
#pragma once

#include "server/core/scene.h"
#include "store/nouns/branch.h"

struct branches_set {
	/* asked */
	bool given;
	struct span name; /* empty = of none any more */
	/* prepared */
	struct id id; /* none = of none */
	bool is_new;  /* the act has to put it */
};

/* branches_prepare - look the name up, or draw an id. `id` stays `before` when nothing is asked.
 *
 *   before  the branch so far
 * Fails: SCOPE_EXCEEDS a person who does not read the whole log moves somebody into or out of a branch that is not
 * the person's own: else one could give oneself the log of another branch (FOUNDATIONS 3) · BUSY. */
fallible branches_prepare(const struct scene *scene, struct id before, struct branches_set *set);

/* branches_check_log - whether a caller may give capabilities to somebody of a branch: nobody gives the log of a branch
 * without reading it. Fails: SCOPE_EXCEEDS. */
fallible branches_check_log(const struct caller *caller, uint64_t capabilities, struct id branch);

/* branches_write - put a new branch. Fails: STALE somebody else made one of this name meanwhile. */
fallible branches_write(struct act *act, struct id tenant, const struct branches_set *set);
