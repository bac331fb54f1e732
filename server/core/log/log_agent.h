/* SPDX-License-Identifier: Apache-2.0 */
/* log_agent - which browser, system and kind of device an event came from; a client sees the kind alone, and no
 * word of the actor's part (FOUNDATIONS 14). */
#pragma once

#include "server/core/agent.h"
#include "server/core/server.h"
#include "store/event.h"
#include "store/nouns/noun.h"

enum {
	LOG_AGENT_PAGE_MS =
		100 /* that user agents nobody has seen yet may cost a page; then they stay unknown */
};

struct log_agent {
	bool known;         /* there was a user agent, and it was looked at */
	struct agent agent; /* for a client: the kind, and empty texts */
};

/* log_agent_read - from the texts that the reader may see.
 *
 *   until_ms  by the monotonic clock: from then on the cache alone is asked */
void log_agent_read(const struct server *server, const struct event_read *event, int64_t until_ms,
	struct log_agent *agent);

/* log_agent_kind - from the actor's part, which stays closed for the reader. Fails: as event_read. */
fallible log_agent_kind(const struct server *server, const struct view *view, const struct log_row *row,
	int64_t until_ms, struct arena *arena, struct log_agent *agent);
