/* SPDX-License-Identifier: Apache-2.0 */
/* erasure - one request to erase a person or client: who asked, who agreed, when it is due, how far it has come.
 * Source: FOUNDATIONS 19, 24; docs/formats.md "erasure". */
#pragma once

#include "base/arena.h"
#include "store/nouns/hold.h"
#include "store/nouns/noun.h"

enum {
	ERASURE_GROUND_MAX = 200,
	ERASURE_EXPORTS_MAX = 64, /* that are named; the others are counted */
	ERASURE_A_DAY = 5,
	ERASURE_DAY_MS = 24 * 60 * 60 * 1000,
};

/* Stored numbers: never renumber. */
enum erasure_state {
	ERASURE_WAITING = 0,  /* for a second person */
	ERASURE_APPROVED = 1, /* for its time */
	ERASURE_ERASING = 2,  /* the noun is unreadable, its keys are going */
	ERASURE_ERASED = 3,
	ERASURE_REFUSED = 4,
	ERASURE_CANCELLED = 5,
	ERASURE_STATE_COUNT
};

struct erasure {
	struct id tenant;
	struct id id;
	enum erasure_state state;
	struct subject subject; /* person or client */
	struct instant requested, due;
	struct instant decided; /* approved, refused or cancelled; ms 0 = not yet */
	struct instant erased;  /* ms 0 = not yet */
	struct id requester;    /* a proven person, as the others */
	struct id approver;
	struct id third;
	struct id ended_by;                     /* who refused or cancelled; none when a hold did */
	bool needs_third;                       /* the sixth and later ones of a day */
	bool held;                              /* refused because of a hold */
	uint32_t keys;                          /* destroyed */
	uint64_t exports;                       /* of the log that held the subject: outside our reach */
	struct id held_in[ERASURE_EXPORTS_MAX]; /* the first of them, in the order in which they began */
	size_t held_in_count;
	uint64_t events;    /* of the log that became unreadable, or a part of them */
	struct span ground; /* sealed under the tenant: it outlives the subject */
	uint64_t version;
};

const char *erasure_state_name(enum erasure_state state);

/* erasure_get - the ground lies in the arena. Fails: NOT_FOUND · FORGED · CORRUPT · NO_MEMORY. */
fallible erasure_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct erasure *erasure);

/* erasure_next - walk a tenant's, in the order of their ids; `after` none = from the first. False at the end: check *err. */
bool erasure_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct erasure *erasure, struct err *err);

/* erasure_next_of_all - walk those of all tenants: what start does. `place` is zeroed at the beginning; ground
 * stays sealed. False at the end: check *err. */
struct erasure_place {
	uint8_t bytes[32];
	bool begun;
};
bool erasure_next_of_all(
	const struct view *view, struct erasure_place *place, struct erasure *erasure, struct err *err);

/* erasure_seal - the ground, in prepare; erasure_put - the row, in the act; erasure_change - put back what an act
 * has read and changed, with the ground as it stands. Fails: as act_put. */
fallible erasure_seal(const struct keys *keys, const struct erasure *erasure, struct buf *sealed);
fallible erasure_put(struct act *act, const struct erasure *erasure, struct span sealed);
fallible erasure_change(struct act *act, const struct erasure *erasure);

/* erasure_count_since - how many a tenant asked for since then, and how many were carried out since then without
 * a third person. Cost: the rows of the tenant that are not older than 40 days. */
struct erasure_count {
	size_t requested, erased;
};
fallible erasure_count_since(
	const struct view *view, struct id tenant, struct instant since, struct erasure_count *count);

/* erasure_is_open - whether one for this subject waits or is under way. */
fallible erasure_is_open(
	const struct view *view, struct id tenant, const struct subject *subject, bool *open);

/* ---- what destroys ---- */

/* erasure_hide - mark a subject of the clearance as erasing, inside the act: its row keeps no text, no role, no
 * contact and no way to be found by ref. From the commit on it is unreadable. Fails: STALE the row is another
 * than `version` · DENIED the clearance does not cover it. */
fallible erasure_hide(struct act *act, const struct hold_clearance *clearance, const struct subject *subject,
	uint64_t version, struct span ref);

/* erasure_close - mark it as erased, inside the act, after its keys are gone. */
fallible erasure_close(
	struct act *act, const struct hold_clearance *clearance, const struct subject *subject);

/* ---- the index, which holds keyed hashes of words that nobody can read any more ---- */

/* erasure_mark_reindex - the tenant's index has to be made anew by then. erasure_next_reindex - the tenant behind
 * `after` that is marked; false at the end: check *err. erasure_unmark_reindex - it was made anew. */
fallible erasure_mark_reindex(struct act *act, struct id tenant, struct instant by);
bool erasure_next_reindex(
	const struct view *view, struct id after, struct id *tenant, struct instant *by, struct err *err);
fallible erasure_unmark_reindex(struct act *act, struct id tenant);
