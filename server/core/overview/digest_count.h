/* SPDX-License-Identifier: Apache-2.0 */
/* digest_count - what was done for a client in a span of time, counted from the log by the client's index; no event is
 * opened, for what is counted stands in clear. */
#pragma once

#include "server/core/server.h"
#include "store/nouns/wish.h"

struct digest_counts {
	uint32_t of[WISH_CLASS_COUNT];
	uint32_t
		together; /* uses through grants that are told in a digest; they are in of[WISH_USES] as well */
};

struct digest_count_ask {
	const struct server *server;
	const struct view *view; /* what the grants say */
	struct id tenant, client;
	struct instant from, until; /* half open */
};

/* digest_count - history that was loaded does not count. Fails: as query_run, event_read, grant_get. Cost: O(the client's
 * events of that time). */
fallible digest_count(const struct digest_count_ask *ask, struct digest_counts *counts);
