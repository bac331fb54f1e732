/* SPDX-License-Identifier: Apache-2.0 */
/* cursor - where a list goes on, as text that its reader keeps for us: a position, and a MAC that binds it to
 * tenant, caller, route and filters. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "server/core/caller.h"

enum {
	CURSOR_MAC = 16,
	CURSOR_MAX = 1024,                /* bytes of position and MAC */
	CURSOR_TEXT_MAX = 2 * CURSOR_MAX, /* characters */
	CURSOR_INDEX = 8,
};

/* The list that a cursor belongs to. */
struct cursor_list {
	const struct keeper *keeper;
	const struct caller *caller;
	const char *route;   /* its pattern */
	struct span filters; /* the same bytes for the same list */
};

/* cursor_put - append the cursor of a position. Fails: TOO_LARGE · NO_MEMORY. */
fallible cursor_put(const struct cursor_list *list, struct span position, struct buf *text);

/* cursor_open - the position, in the arena. Fails: CURSOR_INVALID not one of ours, or of another list · NO_MEMORY. */
fallible cursor_open(
	const struct cursor_list *list, struct span text, struct arena *arena, struct span *position);

/* cursor_put_index, cursor_read_index - a position that is an index of the log. Fails: CURSOR_INVALID. */
void cursor_put_index(uint64_t index, uint8_t position[static CURSOR_INDEX]);
fallible cursor_read_index(struct span position, uint64_t *index);
