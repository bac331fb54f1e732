/* SPDX-License-Identifier: Apache-2.0 */
/* inbox - what waits for a person's decision, and what the person has asked for and still waits: of everything that takes
 * two people. Who may decide is told by the same rules as where it is decided, but for the proof of who they are. */
#pragma once

#include "server/core/scene.h"

enum { INBOX_LOOK_MAX = 5000 /* rows that one page looks at */ };

/* Stored in cursors, in this order. */
enum inbox_kind {
	INBOX_GRANT,
	INBOX_HANDOVER,
	INBOX_DEPOSIT,
	INBOX_BREAKGLASS,
	INBOX_ERASURE,
	INBOX_FACTOR_RESET,
	INBOX_REINSTATEMENT,
	INBOX_RETENTION,
	INBOX_EXTENSION, /* id: of the handover */
	INBOX_TAKEOUT,
	INBOX_KIND_COUNT
};

/* What is to be done: to say yes or no, to say that a briefing was read, to review what happened. */
enum inbox_step { INBOX_DECIDE, INBOX_ACCEPT, INBOX_REVIEW };

struct inbox_item {
	enum inbox_kind kind;
	enum inbox_step step;
	bool asked;                           /* by the reader, for whom there is nothing to do but wait */
	struct id id;                         /* of its kind; of a reinstatement the person's */
	unsigned which;                       /* INBOX_RETENTION: enum action_retention */
	unsigned months;                      /* INBOX_RETENTION: that are asked for */
	struct id client, person, credential; /* that it is about; none */
	bool by_software;
	struct id by; /* who asked */
	struct instant since;
	struct instant due;   /* ms 0 = it waits for ever */
	struct instant until; /* INBOX_EXTENSION: the end that is asked for */
	struct span text;     /* why, or what for; in the arena */
};

/* Where a page stands. */
struct inbox_place {
	enum inbox_kind kind; /* INBOX_KIND_COUNT: at the end */
	struct id after;      /* of that kind, the one that was looked at last */
};

struct inbox_page {
	struct inbox_item *items; /* in the scene's arena */
	size_t count;
	struct inbox_place at; /* where the next one goes on */
};

/* inbox_read - a page from a place on (zeroed = from the first); it may be less than full, and yet not the last.
 *
 *   scene  of a person
 *   limit  1 or more
 * Fails: DENIED an application as itself has no inbox · NO_MEMORY · as reading each kind. */
fallible inbox_read(
	const struct scene *scene, const struct inbox_place *from, size_t limit, struct inbox_page *page);
