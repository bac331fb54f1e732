/* SPDX-License-Identifier: Apache-2.0 */
/* hold - what may not be destroyed, and the one way to the permission to destroy.
 *
 * Whatever destroys (an erasure, a pruning of the log) takes a struct hold_clearance, and only hold_clear makes
 * one, after it has looked at every hold that is in force. Source: FOUNDATIONS 24; docs/formats.md "hold". */
#pragma once

#include "base/arena.h"
#include "crypto/leaf.h"
#include "store/nouns/noun.h"

enum { HOLD_GROUND_MAX = 500, HOLD_SUBJECTS_MAX = 17, HOLD_LIST_MAX = 1000 /* in force, of one tenant */ };

/* Stored numbers: never renumber. */
enum hold_state {
	HOLD_ACTIVE = 0,
	HOLD_LIFTING = 1, /* one person asked to lift it: it still holds */
	HOLD_LIFTED = 2,
};

struct hold {
	struct id tenant;
	struct id id;
	struct subject subject; /* person, client, or the whole tenant */
	enum hold_state state;
	struct instant placed;
	struct instant until; /* ms 0 = until it is lifted */
	struct instant ended; /* when it was lifted; ms 0 */
	struct id placed_by;
	struct id first;    /* who asked to lift it */
	struct id second;   /* who lifted it */
	struct span ground; /* sealed under the subject */
	uint64_t version;
};

/* hold_is_in_force - whether it forbids anything at that time. */
bool hold_is_in_force(const struct hold *hold, struct instant now);

/* hold_get - the ground lies in the arena; of a subject that was erased it is empty. Fails: NOT_FOUND · FORGED ·
 * CORRUPT · NO_MEMORY. hold_next - walk a tenant's holds in the order of their ids; false at the end: check
 * *err. */
fallible hold_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct hold *hold);
bool hold_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct hold *hold, struct err *err);

/* hold_seal - the ground, in prepare; hold_put - the row, in the act. */
fallible hold_seal(const struct keys *keys, const struct hold *hold, struct buf *sealed);
fallible hold_put(struct act *act, const struct hold *hold, struct span sealed);

/* ---- permission to destroy ---- */

enum hold_act {
	HOLD_ERASE, /* the keys of the subjects named */
	HOLD_PRUNE, /* leaf bytes of the tenant's log */
};

struct hold_ask {
	struct id tenant;
	enum hold_act act;
	const struct subject *subjects; /* people and clients; of HOLD_ERASE, at most HOLD_SUBJECTS_MAX */
	size_t count;
	struct instant now;
};

struct hold_clearance; /* opaque: nobody but hold_clear makes one */

/* hold_clear - look at every hold of the tenant. A hold on the tenant forbids everything; one on a client also
 * covers the people of that client; of a pruning a hold on a person or client keeps the events that name it, and
 * nothing else. What is marked as erasing or erased already can't be held any more: its keys may always go.
 *
 *   clearance  lives in the arena; good for what was asked, in the transaction of the view
 * Fails: HELD · BUG too many subjects · NOT_FOUND a subject has no row · NO_MEMORY · FORGED · CORRUPT. */
fallible hold_clear(const struct view *view, const struct hold_ask *ask, struct arena *arena,
	const struct hold_clearance **clearance);

/* hold_tenant - of whom. hold_subjects - whose keys may go; the count. */
struct id hold_tenant(const struct hold_clearance *clearance);
size_t hold_subjects(const struct hold_clearance *clearance, const struct subject **subjects);

/* hold_lets_prune - whether these bytes of the tenant's log may go. */
bool hold_lets_prune(const struct hold_clearance *clearance, struct id tenant, const struct leaf *leaf);
