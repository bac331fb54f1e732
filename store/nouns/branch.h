/* SPDX-License-Identifier: Apache-2.0 */
/* branch - a part of a tenant that has a name of its own: one salon of a network. People and clients belong to one
 * or to none; an event belongs to the branch of who acted, else of its client, as they were then.
 *
 * Rows: branch, tenant ‖ id -> the name, sealed; branch_term, tenant ‖ keyed hash of the name -> id. Source:
 * docs/formats.md "branch". */
#pragma once

#include "base/arena.h"
#include "crypto/leaf.h"
#include "store/nouns/noun.h"

enum { BRANCH_NAME_MAX = 64 };

/* branch_find - by its name: one keyed hash. Fails: NOT_FOUND · BUSY. */
fallible branch_find(const struct view *view, struct id tenant, struct span name, struct id *id);

/* branch_listed_at - the key in branch_term under which a name is looked up. Fails: BUSY. */
fallible branch_listed_at(const struct keys *keys, struct id tenant, struct span name, struct noun_key *key);

/* branch_get - its name, in the arena; empty for none, and for one that is not known. Fails: FORGED · CORRUPT · BUSY · NO_MEMORY. */
fallible branch_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct span *name);

/* branch_put - a new one, inside an act. Fails: REF_TAKEN another one has the name. */
fallible branch_put(struct act *act, struct id tenant, struct id id, struct span name);
