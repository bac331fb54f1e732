/* SPDX-License-Identifier: Apache-2.0 */
/* addresses - everywhere a person is told that something about how they sign in has changed. */
#pragma once

#include "server/core/server.h"
#include "store/nouns/factor.h"
#include "store/nouns/person.h"

enum { ADDRESSES_MAX = FACTOR_MAX + 1 };

struct addresses {
	struct span items[ADDRESSES_MAX]; /* in the arena, or of the person; each once */
	size_t count;
};

/* addresses_list - the person's own, and each of an active factor.
 *
 *   who      with texts (person_get)
 *   besides  a factor that counts whatever its state; none
 * Fails: FORGED · BUSY sealed · NO_MEMORY. */
fallible addresses_list(const struct server *server, const struct view *view, const struct person *who,
	struct id besides, struct arena *arena, struct addresses *addresses);
