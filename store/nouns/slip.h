/* SPDX-License-Identifier: Apache-2.0 */
/* slip - a secret that is read once and then is no more: a card's security code, a one-time password.
 *
 * The text lies under the tenant's key of the day, which dies (FOUNDATIONS 23). When the slip was read or its time
 * is over the text is gone, and the row says for SLIP_KEPT_MS what became of it. Source: docs/formats.md "slip". */
#pragma once

#include "base/arena.h"
#include "store/nouns/noun.h"

enum {
	SLIP_TEXT_MAX = 1024,
	SLIP_TASK_MAX = 128,
	SLIP_TTL_MIN_S = 30,
	SLIP_TTL_MAX_S = 15 * 60,
	SLIP_KEPT_MS = 7 * 24 * 60 * 60 * 1000
};

/* Stored numbers: never renumber. */
enum slip_state { SLIP_WAITING = 0, SLIP_READ = 1, SLIP_EXPIRED = 2 };

struct slip {
	struct id tenant;
	struct id id;
	enum slip_state state;
	struct id to;          /* the one person who may read it */
	struct id from;        /* a person, or else an application */
	bool from_application; /* which of the two */
	struct id client;      /* none: of no client */
	struct instant created;
	struct instant ends;  /* not read any more from then on */
	struct instant ended; /* when it was read, or found to be over; ms 0 = it waits */
	uint32_t day;         /* whose key seals the text: days since 1970 */
	struct span task;     /* sealed under the reader */
	struct span sealed;   /* the text, as keeper_seal_short made it; empty when it is gone */
	uint64_t version;
};

/* slip_get - spans lie in the arena. Fails: NOT_FOUND · FORGED · CORRUPT · NO_MEMORY. */
fallible slip_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct slip *slip);

/* slip_seal - the sealed task, in prepare. slip_put - a new row, in the act. slip_end - in the act: the row as it
 * stands, without its text, in this state since now. */
fallible slip_seal(const struct keys *keys, const struct slip *slip, struct buf *sealed);
fallible slip_put(struct act *act, const struct slip *slip, struct span sealed);
fallible slip_end(struct act *act, struct slip *slip, enum slip_state state);

/* slip_drop - the row too. */
fallible slip_drop(struct act *act, const struct slip *slip);
