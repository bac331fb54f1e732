/* SPDX-License-Identifier: Apache-2.0 */
/* grants_seen - which grants a caller sees. */
#pragma once

#include "server/core/caller.h"
#include "server/core/sight.h"
#include "store/nouns/grant.h"

/* grants_sight - what a caller sees of grants, exposures and clients: all by grant.give or grant.approve. */
fallible grants_sight(
	const struct view *view, const struct caller *caller, struct arena *arena, struct sight *sight);

/* grants_find - a grant that the caller sees, by the id in a path. Fails: NOT_FOUND. */
fallible grants_find(const struct view *view, const struct caller *caller, struct span text,
	struct arena *arena, struct grant *grant);
