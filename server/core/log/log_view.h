/* SPDX-License-Identifier: Apache-2.0 */
/* log_view - that somebody read the log is an event, durable before anything is shown (FOUNDATIONS 13). */
#pragma once

#include "server/core/caller.h"
#include "store/nouns/viewed.h"

struct log_view {
	uint8_t key[VIEWED_KEY]; /* of who reads what */
	struct event_draft draft;
};

/* log_view_name - in prepare: the key under which this reader's views of this list are counted.
 *
 *   filters  the same bytes for the same list
 * Fails: as viewed_key. */
fallible log_view_name(
	const struct server *server, const struct caller *caller, struct span filters, struct log_view *view);

/* log_view_seal - in prepare: log.viewed itself.
 *
 *   event  of the caller; what was looked for stands in its detail
 * Fails: as event_seal. */
fallible log_view_seal(const struct server *server, const struct caller *caller, const struct event *event,
	struct instant now, struct arena *arena, struct log_view *view);

/* log_view_write - in the act: the event, or a count on the one of the last minute. */
fallible log_view_write(struct act *act, struct id tenant, struct log_view *view);
