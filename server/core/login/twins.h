/* SPDX-License-Identifier: Apache-2.0 */
/* twins - other factors of a person with the same seed and shape: they show the same codes, and a code that was right in one
 * is used up in all (login.md 3C). */
#pragma once

#include "server/core/server.h"
#include "store/nouns/factor.h"

struct twins {
	struct id ids[FACTOR_MAX];
	size_t count;
};

/* twins_find - in prepare: those of an app or a token, whatever their state. Fails: BUSY sealed · FORGED · NO_MEMORY. */
fallible twins_find(const struct server *server, const struct view *view, const struct factor *factor,
	struct span seed, struct twins *twins);

/* twins_use_up - in the act: no code up to this step opens anything through them any more. Who has ended meanwhile is passed
 * over. */
fallible twins_use_up(struct act *act, const struct factor *factor, const struct twins *twins, uint64_t step);
