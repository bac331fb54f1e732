/* SPDX-License-Identifier: Apache-2.0 */
/* retention - how many months a tenant keeps the events of each class, and how far its log was pruned.
 * Source: docs/formats.md "retention", "pruned". */
#pragma once

#include "base/arena.h"
#include "policies/actions.h"
#include "store/nouns/hold.h"
#include "store/nouns/noun.h"

enum {
	RETENTION_LEAST = 6, /* months */
	RETENTION_FREE = 12, /* above it: a justification and a second person */
	RETENTION_MOST = 36,
	RETENTION_JUSTIFICATION_MAX = 500,
};

struct retention {
	struct id tenant;
	enum action_retention class;
	uint8_t months; /* in force */
	struct instant since;
	struct id set_by, approved_by; /* people; none: the default */
	uint8_t asked;                 /* months that wait for a second person; 0 = none */
	struct instant asked_at;
	struct id asked_by;
	struct span justification; /* of what is asked, else of what is in force; sealed under the tenant */
	uint64_t version;          /* 0: the default, no row */
};

/* retention_get - the default of policies/actions.h when nobody changed it. Fails: FORGED · CORRUPT · NO_MEMORY. */
fallible retention_get(const struct view *view, struct id tenant, enum action_retention class,
	struct arena *arena, struct retention *retention);

/* retention_seal - the justification, in prepare; retention_put - the row, in the act. */
fallible retention_seal(const struct keys *keys, const struct retention *retention, struct buf *sealed);
fallible retention_put(struct act *act, const struct retention *retention, struct span sealed);

/* retention_before - events received before that time have been kept for so many months: of 30.436875 days each. */
struct instant retention_before(struct instant now, unsigned months);

/* retention_of_code - the class that a stored code of an action falls to: that of actions.def, SECURITY for what a
 * tenant declared itself. False: nobody knows it, and it is kept. */
bool retention_of_code(uint16_t code, enum action_retention *class);

/* ---- how far a log was pruned ---- */

struct pruned {
	uint64_t minimum; /* every leaf below this index is a stub */
	uint64_t count;   /* leaves whose bytes were dropped, wherever */
	struct instant last;
};

/* pruned_get - zeros when nothing ever was. pruned_put - inside an act. */
fallible pruned_get(const struct view *view, struct id tenant, struct pruned *pruned);
fallible pruned_put(struct act *act, struct id tenant, const struct pruned *pruned);

/* pruned_floor - the sequence up to which the whole volume's log is stubs; 0 at first. pruned_put_floor - inside an
 * act. */
fallible pruned_floor(const struct view *view, uint64_t *floor);
fallible pruned_put_floor(struct act *act, uint64_t floor);

/* ---- what destroys ---- */

/* pruned_drop_leaf - drop the bytes of one leaf of the clearance's tenant, inside an act; index, chain and leaf hash
 * stay (FOUNDATIONS 8). What a hold keeps, and what is a stub already, stays as it is: *dropped is false.
 * Fails: DENIED another tenant's row · NOT_FOUND · FULL · CORRUPT. */
fallible pruned_drop_leaf(
	struct act *act, const struct hold_clearance *clearance, uint64_t sequence, bool *dropped);
