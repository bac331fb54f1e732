/* SPDX-License-Identifier: Apache-2.0 */
/* factor_reset - one request to end all factors of a person: who asked, who agreed, when it is due, what became of it.
 * Source: FOUNDATIONS 2; docs/formats.md "factor_reset". */
#pragma once

#include "base/arena.h"
#include "store/nouns/noun.h"

enum {
	FACTOR_RESET_REASON_MAX = 200,
	FACTOR_RESET_LAPSE_MS = 7 * 24 * 60 * 60 * 1000, /* from when it is due: who agrees later asks anew */
};

/* Stored numbers: never renumber. */
enum factor_reset_state {
	FACTOR_RESET_WAITING = 0,  /* for a second person */
	FACTOR_RESET_APPROVED = 1, /* for its time */
	FACTOR_RESET_DONE = 2,
	FACTOR_RESET_REFUSED = 3,
	FACTOR_RESET_CANCELLED = 4,
	FACTOR_RESET_STATE_COUNT
};

struct factor_reset {
	struct id tenant;
	struct id id;
	enum factor_reset_state state;
	struct id person; /* whose factors */
	struct instant requested, due;
	struct instant decided; /* approved, refused or cancelled; ms 0 = not yet */
	struct instant done;    /* ms 0 = not yet */
	struct id requester;    /* a proven person, as the others */
	struct id approver;
	struct id ended_by; /* who refused or cancelled; none when the server did */
	uint8_t ended;      /* factors */
	struct span reason; /* sealed under the person */
	bool is_gone;       /* the person was removed; not of this row: whoever asks what it says notes it */
	uint64_t version;
};

/* factor_reset_get - the reason lies in the arena; of an erased person it is empty. Fails: NOT_FOUND · FORGED · CORRUPT ·
 * NO_MEMORY. */
fallible factor_reset_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct factor_reset *reset);

/* factor_reset_next - walk a tenant's, in the order of their ids; `after` none = from the first. False at the end: check
 * *err. */
bool factor_reset_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct factor_reset *reset, struct err *err);

/* factor_reset_seal - the reason, in prepare. factor_reset_put - a new row, in the act. factor_reset_change - put back what an act
 * decided, with the reason as it stands. Fails: as act_put. */
fallible factor_reset_seal(const struct keys *keys, const struct factor_reset *reset, struct buf *sealed);
fallible factor_reset_put(struct act *act, const struct factor_reset *reset, struct span sealed);
fallible factor_reset_change(struct act *act, const struct factor_reset *reset);

/* factor_reset_is_open - it may still be carried out: it waits for a second person, and has not lapsed, or for its time; and its
 * person is not gone. */
bool factor_reset_is_open(const struct factor_reset *reset, struct instant now);

/* factor_reset_state_word - as it is told: `lapsed` of one that nobody agreed to in time, or whose person went before it was
 * carried out. */
const char *factor_reset_state_word(const struct factor_reset *reset, struct instant now);
