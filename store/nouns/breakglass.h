/* SPDX-License-Identifier: Apache-2.0 */
/* breakglass - emergency access to one credential: asked for by one person, confirmed by another one, open for an hour,
 * closed by itself, reviewed within a day. Source: docs/formats.md "breakglass". */
#pragma once

#include "base/arena.h"
#include "store/nouns/noun.h"

enum {
	BREAKGLASS_REASON_MIN = 20, /* characters */
	BREAKGLASS_REASON_MAX = 500,
	BREAKGLASS_WAITS_MS = 60 * 60 * 1000, /* to be confirmed */
	BREAKGLASS_OPEN_MS = 60 * 60 * 1000,
	BREAKGLASS_REVIEW_MS = 24 * 60 * 60 * 1000, /* from its end */
};

/* Stored numbers: never renumber. */
enum breakglass_state {
	BREAKGLASS_REQUESTED = 0,
	BREAKGLASS_OPEN = 1,
	BREAKGLASS_CLOSED = 2, /* waits for its review */
	BREAKGLASS_REVIEWED = 3,
	BREAKGLASS_REFUSED = 4,
	BREAKGLASS_LAPSED = 5,    /* nobody confirmed it in time */
	BREAKGLASS_CANCELLED = 6, /* who asked took it back before it was decided */
	BREAKGLASS_STATE_COUNT
};

enum breakglass_verdict {
	BREAKGLASS_NONE = 0,
	BREAKGLASS_JUSTIFIED = 1,
	BREAKGLASS_UNJUSTIFIED = 2,
	BREAKGLASS_VERDICT_COUNT
};

struct breakglass {
	struct id tenant;
	struct id id;
	enum breakglass_state state;
	enum breakglass_verdict verdict;
	bool overdue; /* its review was not there in time, and the owners were told */
	struct id credential;
	struct id client;
	struct id requester;
	struct id custodian; /* who confirmed or refused it; none */
	struct id reviewer;  /* none: nobody yet */
	struct id grant;     /* that it opened; none */
	struct instant created;
	struct instant until;  /* of its state: to be confirmed, open, or to be reviewed by then */
	struct instant closed; /* ms 0 = not yet */
	uint32_t uses;         /* of the grant, when it closed */
	struct span reason;    /* sealed under the client */
	uint64_t version;
};

/* breakglass_get - the reason lies in the arena. Fails: NOT_FOUND · FORGED · CORRUPT · NO_MEMORY. */
fallible breakglass_get(const struct view *view, struct id tenant, struct id id, struct arena *arena,
	struct breakglass *breakglass);

/* breakglass_seal - the sealed reason, in prepare. breakglass_add - a new row, in the act. breakglass_change - put back what
 * the act has read and changed; the reason stays as it is. */
fallible breakglass_seal(const struct keys *keys, const struct breakglass *breakglass, struct buf *sealed);
fallible breakglass_add(struct act *act, const struct breakglass *breakglass, struct span sealed);
fallible breakglass_change(struct act *act, const struct breakglass *breakglass);

/* breakglass_next - walk a tenant's, in the order of their ids. False at the end: check *err. */
bool breakglass_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct breakglass *breakglass, struct err *err);

/* breakglass_state_name, breakglass_verdict_name - "open", "justified". Static. */
const char *breakglass_state_name(enum breakglass_state state);
const char *breakglass_verdict_name(enum breakglass_verdict verdict);
