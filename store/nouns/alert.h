/* SPDX-License-Identifier: Apache-2.0 */
/* alert - that somebody has seen an event of severity alert, and what it was; an alert without a row is open.
 * Source: docs/formats.md "alert". */
#pragma once

#include "base/arena.h"
#include "store/nouns/noun.h"

enum { ALERT_NOTE_MAX = 500 };

/* What it was. Stored numbers: never renumber. */
enum alert_verdict {
	ALERT_SEEN = 0, /* acknowledged; nobody has said yet */
	ALERT_TRUE = 1,
	ALERT_FALSE = 2,
	ALERT_BENIGN = 3,
	ALERT_VERDICT_COUNT
};

struct alert {
	struct id tenant;
	struct id event;
	enum alert_verdict verdict;
	bool by_person;    /* else an application that acted as itself */
	struct id by;      /* who said it last */
	struct instant at; /* when */
	struct span note;  /* sealed under that person, or the tenant; empty = none */
	uint64_t row;      /* version of the row */
};

/* alert_get - by tenant and event of *alert; the note lies in the arena, and is empty after the person's erasure.
 * Fails: NOT_FOUND the alert is open · FORGED · CORRUPT · BUSY. */
fallible alert_get(const struct view *view, struct arena *arena, struct alert *alert);

/* alert_is_open - whether nobody has said anything yet; nothing is opened. Fails: FORGED · IO. */
fallible alert_is_open(const struct view *view, struct id tenant, struct id event, bool *open);

/* alert_seal - the sealed note, in prepare; alert_put - the row, in the act. */
fallible alert_seal(const struct keys *keys, const struct alert *alert, struct buf *sealed);
fallible alert_put(struct act *act, const struct alert *alert, struct span sealed);
