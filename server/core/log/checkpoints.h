/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoints - sign what a tenant's log is, keep it before anybody sees it, and compare the log with what
 * was signed (FOUNDATIONS 10). */
#pragma once

#include "server/core/server.h"
#include "store/nouns/checkpoint_row.h"

enum { CHECKPOINTS_TRIES = 16 };

/* A signed checkpoint on its way to a reader. */
struct checkpoints_ask {
	struct checkpoint_row row;
	bool fresh; /* checkpoints_write has to store it first */
};

/* checkpoints_prepare - a checkpoint over at least the first `size` leaves: the stored one when it covers
 * them, else a new one over the whole tree, signed, its high-water mark durable in keyring/.
 *
 *   arena  holds the note
 * Fails: BUSY the log contradicts what was signed, or others sign all the time · CORRUPT it would contradict what was
 * signed before, or the tiles do not make its root · NOT_FOUND.
 * Cost:  O(log n) hashes for each signature. */
fallible checkpoints_prepare(const struct server *server, struct id tenant, uint64_t size,
	struct arena *arena, struct checkpoints_ask *ask);

/* checkpoints_write - in the act, ACT_HOUSEKEEPING: store a fresh one. When a larger one was stored
 * meanwhile, that one is kept and given instead: a reader never sees the log go back. */
fallible checkpoints_write(
	struct act *act, struct id tenant, struct arena *arena, struct checkpoints_ask *ask);

/* What checkpoints_check_all found. */
struct checkpoints_verdict {
	bool holds;
	/* of the first log that does not: */
	struct id tenant;
	uint64_t signed_size;
	uint64_t log_size;
	const char *why; /* static */
};

/* checkpoints_check_all - at start, before anything is written: every tenant's tree against its stored
 * checkpoint and against the mark in keyring/. When the verdict does not hold the server may read, but
 * neither write nor sign. Fails: IO · CORRUPT a stored checkpoint · NO_MEMORY: then nothing is known. Cost:
 * up to 255 hashes a tenant and level of its tiles, on as many threads as there are processors, at most 4. */
fallible checkpoints_check_all(const struct server *server, struct checkpoints_verdict *verdict);
