/* SPDX-License-Identifier: Apache-2.0 */
/* event_quota - hold an application to the number of events that it may report. */
#pragma once

#include "server/core/caller.h"
#include "store/nouns/quota.h"

struct event_quota {
	size_t events; /* that are to be taken in */
	/* prepared */
	struct id tenant, application;
	struct quota_bounds bounds;
	bool over;                   /* there was no room when it was prepared */
	struct event_draft rejected; /* with over */
	/* written */
	int64_t wait_s; /* 0: they fit, and are counted; else the refusal is on record, and nothing else may be written */
};

/* event_quota_prepare - find the bounds that hold, and look whether there is room. An application with scope
 * events:import has the bounds of imports; bounds of its own go before both.
 * Fails: TOO_LARGE more than a minute or a day ever takes: waiting would not help · CORRUPT · as event_seal. */
fallible event_quota_prepare(const struct server *server, const struct caller *caller,
	const struct view *view, struct instant now, struct arena *arena, struct event_quota *quota);

/* event_quota_write - inside the act that takes the events in, before them: count them, or the refusal, which is
 * counted together with the others of its minute. Fails: STALE there is room now, or none any more. */
fallible event_quota_write(struct act *act, struct event_quota *quota);

/* event_quota_bounds - what holds for an application, and whether it has bounds of its own. */
fallible event_quota_bounds(const struct server *server, const struct view *view, struct id tenant,
	struct id application, uint32_t scopes, struct quota_bounds *bounds, bool *own);
