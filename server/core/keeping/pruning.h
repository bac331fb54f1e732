/* SPDX-License-Identifier: Apache-2.0 */
/* pruning - what was kept long enough loses its bytes: the event that says so first, then the leaves in small
 * transactions. Hashes, tiles and proofs stay (FOUNDATIONS 8). */
#pragma once

#include "server/core/server.h"

enum { PRUNING_SCAN = 4096 /* rows of one snapshot */, PRUNING_AT_ONCE = 500 /* rows of one act */ };

/* What one turn did. */
struct pruning_report {
	uint64_t looked_at, dropped;
	size_t tenants; /* with something to prune */
	size_t held;    /* whose log a hold keeps whole */
};

/* pruning_turn - once a day, and not from inside an act. For each tenant with leaves over their time: one event
 * log.segment_purged with the range, the number and the checkpoint that covers it; then the leaves. What a crash cuts
 * off the next turn does, with an event of its own. A tenant whose log was never signed is left for the next turn.
 * Fails: IO · FULL · CORRUPT · BUSY. Cost: one walk over what is older than RETENTION_LEAST months and not all stubs. */
fallible pruning_turn(const struct server *server, struct instant now, struct pruning_report *report);
