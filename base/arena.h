/* SPDX-License-Identifier: Apache-2.0 */
/* arena - memory that dies together: what one call allocates is freed at its end. */
#pragma once

#include "base/err.h"
#include "base/scoped.h"
#include "base/span.h"

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	size_t used;                /* bytes of the newest block */
	size_t total;               /* bytes given out over all blocks */
	size_t max;                 /* bytes; never more */
};

#define ARENA(max_bytes) ((struct arena){.max = (max_bytes)})

/* arena_done - overwrite and free everything; what was given out may have held personal data. */
void arena_done(struct arena *arena);

/* arena_clear - the same for one that is used again: it keeps a block of the ordinary size. */
void arena_clear(struct arena *arena);

/* How much of an arena was given out at one time. */
struct arena_mark {
	struct arena_block *newest;
	size_t used, total;
};

/* arena_mark - as it is now. arena_rewind - overwrite and free all that was given out since, for who works in parts. */
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* arena_alloc - zeroed bytes, aligned for any type; NULL at the maximum or without memory. arena_room - the same
 * with whatever they hold, for who writes each before reading it. */
void *arena_alloc(struct arena *arena, size_t bytes);
void *arena_room(struct arena *arena, size_t bytes);

/* arena_copy - the bytes of a span, NUL-ended behind the last one; at is NULL on failure. */
struct span arena_copy(struct arena *arena, struct span bytes);

/* arena_keep - the same copy, for a caller who fails without it. Fails: NO_MEMORY. */
fallible arena_keep(struct arena *arena, struct span bytes, struct span *kept);

/* arena_text - the same as a C text; NULL on failure. */
char *arena_text(struct arena *arena, struct span bytes);
