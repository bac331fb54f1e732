/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint_row - the newest signed checkpoint of each tenant's log, as it lies in data/. It stands there
 * before anybody sees it (FOUNDATIONS 10).
 *
 * Row: version 1 ‖ size 8 ‖ root 32 ‖ signed note. Source: docs/formats.md "checkpoint row". */
#pragma once

#include "base/arena.h"
#include "crypto/merkle.h"
#include "store/nouns/noun.h"

enum { CHECKPOINT_ROW_NOTE_MAX = 4096 };

struct checkpoint_row {
	uint64_t size;
	struct merkle_hash root;
	struct span note; /* at most CHECKPOINT_ROW_NOTE_MAX bytes */
};

/* checkpoint_row_get - the note lies in the arena. Fails: NOT_FOUND nothing was signed yet · CORRUPT ·
 * NO_MEMORY. */
fallible checkpoint_row_get(
	const struct view *view, struct id tenant, struct arena *arena, struct checkpoint_row *row);

/* checkpoint_row_put - inside an act. Fails as act_put. */
fallible checkpoint_row_put(struct act *act, struct id tenant, const struct checkpoint_row *row);
