/* SPDX-License-Identifier: Apache-2.0 */
/* sight - what of the vault a caller sees: an application all of its tenant, a client's contact what is that
 * client's, a member of staff what is their own, or all of it by capability. */
#pragma once

#include "server/core/caller.h"

struct sight {
	bool all;
	struct id client;        /* whose contact the caller is; none */
	struct id person;        /* who the caller is; none for an application as itself */
	const struct id *served; /* clients that the person serves: sight_serve */
	size_t served_count;
};

/* sight_of - a caller's sight.
 *
 *   wide  capabilities of which any one lets a member of staff see the whole tenant
 * Fails: NOT_FOUND the person is gone · as person_get. */
fallible sight_of(const struct view *view, const struct caller *caller, uint64_t wide, struct arena *arena,
	struct sight *sight);

enum { SIGHT_SERVED_MAX = 1024 }; /* clients of one person; further ones are not seen */

/* sight_serve - besides, the clients of whom the person holds a grant that has not ended. Fails: as grant_next. Cost: their grants. */
fallible sight_serve(
	const struct view *view, const struct caller *caller, struct arena *arena, struct sight *sight);

/* sight_has_client - whether what is the client's may be seen. sight_has - the same for what stands between a
 * client and a person: either may see it. */
bool sight_has_client(const struct sight *sight, struct id client);
bool sight_has(const struct sight *sight, struct id client, struct id person);
