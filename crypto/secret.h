/* SPDX-License-Identifier: Apache-2.0 */
/* secret - one locked arena for keys and plaintext, and comparisons that leak no timing.
 *
 * The arena is guarded, locked in RAM, left out of core dumps and wiped in a forked child. Long-lived keys
 * and every plaintext of a vault item live in cells of it. Source: docs/formats.md; measured traps of
 * sodium_malloc: one arena, not one page a key. */
#pragma once

#include "base/err.h"
#include "base/scoped.h"
#include "base/span.h"

struct secret_arena; /* opaque; thread-safe */

enum secret_lock { SECRET_LOCK_NEEDED, SECRET_LOCK_WANTED };

/* secret_arena_open - map and lock the arena.
 *
 *   bytes   of cells, 64 KiB to 16 MiB
 *   lock    NEEDED: fail when it can't be locked; WANTED: go on, *locked tells
 *   locked  set on success
 * Fails: NO_MEMORY no mapping, or not lockable though NEEDED ("raise RLIMIT_MEMLOCK"). */
fallible secret_arena_open(size_t bytes, enum secret_lock lock, struct secret_arena **arena, bool *locked);

/* secret_arena_close - wipe and unmap; takes NULL. All cells must be back. */
void secret_arena_close(struct secret_arena *arena);

/* A cell of the arena. */
struct secret {
	struct secret_arena *arena;
	uint8_t *bytes; /* NULL = none */
	size_t len;     /* bytes asked for */
};

/* secret_take - a zeroed cell of at most 16 KiB. Fails: NO_MEMORY the arena is used up. Owns: secret_done
 * gives it back wiped. */
fallible secret_take(struct secret_arena *arena, size_t len, struct secret *secret);
void secret_done(struct secret *secret);

static inline struct span secret_span(const struct secret *secret)
{
	return span_of(secret->bytes, secret->len);
}

/* secret_equal - same length and bytes; time depends on the lengths only. */
bool secret_equal(struct span a, struct span b);

/* secret_wipe - overwrite; not optimised away. */
void secret_wipe(void *bytes, size_t n);

/* secret_setup - once per process before anything of crypto/: the library's own start, no core dumps. */
fallible secret_setup(void);
