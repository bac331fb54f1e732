/* SPDX-License-Identifier: Apache-2.0 */
/* events - taking in what applications report. What they say touches no ledger, budget or grant (FOUNDATIONS
 * 7). */
#pragma once

#include "server/core/caller.h"
#include "server/core/log/event_quota.h"
#include "server/core/people/devices.h"

enum {
	EVENTS_BATCH_MAX = 1000,
	EVENTS_AHEAD_MS = 5 * 60 * 1000,
	EVENTS_SKEW_MS = 5 * 60 * 1000,
	EVENTS_HISTORY_MS = 24 * 3600 * 1000
};

/* One event as it was asked for, names not yet looked up. Texts are borrowed. */
struct events_ask {
	const struct action_row *action;
	struct instant time; /* ms 0 = now */
	enum leaf_actor actor;
	struct span actor_name; /* person: id or ref; application: id */
	struct span in_place_of, client;
	struct span grant; /* that allowed it: of the person who acted */
	struct span object_type, object_id, object_label;
	bool counted;
	uint64_t count;
	enum leaf_outcome outcome;
	struct span reason, purpose, task, session, changes, detail;
	struct device device;
};

/* One event on its way. */
struct events_item {
	struct event_draft draft;
	struct receipt receipt;
	const char *fault; /* after a failure: the member of the event that core cannot take, or NULL */
	struct device_note *device_note; /* NULL = nothing to note */
};

struct events_add {
	struct events_item *items;
	size_t count;
	struct event_quota quota;
};

/* events_check_reporter - Fails: SCOPE_MISSING a personal token: it has every scope, for its person's
 * capabilities decide, but none of them is to say what others did. */
fallible events_check_reporter(const struct caller *caller);

/* events_check_action - Fails: ACTION_RESERVED only the server says it, and the caller may not import. */
fallible events_check_action(const struct caller *caller, const struct action_row *action);

/* events_prepare - look up names, seal. To be called once an item, in the order of the events.
 * Fails: UNKNOWN_PERSON · UNKNOWN_CLIENT · DEVICE_MISSING · INVALID more than five minutes ahead, an application
 * or grant that the tenant does not have, a grant of somebody else; item->fault says where. */
fallible events_prepare(const struct server *server, const struct caller *caller, const struct view *view,
	const struct events_ask *ask, struct instant now, struct arena *arena, struct events_item *item);

/* events_write - all of them, or none: also when add->quota.wait_s says that there is no room, which is OK, for the
 * refusal is on record. */
fallible events_write(struct act *act, struct id tenant, struct events_add *add);
