/* SPDX-License-Identifier: Apache-2.0 */
/* arrival_events - what the logs of businesses say of somebody who signs in, before and as one of them is chosen.
 *
 * Where one business knows the address, its log has each step. Where several do, none of them learns that its person signs in to
 * another: each sees who guesses, and the one that is chosen sees the rest, then (decisions/0029). */
#pragma once

#include "server/core/login/arrivals.h"

/* arrival_events_prepare - seal what each business may come to see of this call. Fails: as event_seal. */
fallible arrival_events_prepare(const struct server *server, struct arena *arena, struct arrivals_ask *ask);

/* In the act. arrival_events_mailed - a code was queued. arrival_events_passed - the code was right. arrival_events_refused - it was
 * wrong, and why. arrival_events_stranger - the address is nobody's. Fail: as act_add. */
fallible arrival_events_mailed(struct act *act, struct arrivals_ask *ask);
fallible arrival_events_passed(struct act *act, struct arrivals_ask *ask);
fallible arrival_events_refused(struct act *act, struct arrivals_ask *ask);
fallible arrival_events_stranger(struct act *act, struct arrivals_ask *ask);

/* What the business that was chosen is told: that a code was mailed, and that it was right, when that was. */
struct arrival_chosen {
	bool chosen; /* by this very call */
	struct event_draft issued, passed;
};

/* arrival_events_choose - seal it, of one of who->who; in the act arrival_events_chosen adds it. Fail: as event_seal, act_add.
 *
 *   who  as arrivals_list_who filled it, with arrival, device, now and trace */
fallible arrival_events_choose(const struct server *server, struct arena *arena,
	const struct arrivals_ask *who, struct arrival_chosen *chosen);
fallible arrival_events_chosen(struct act *act, struct id tenant, struct arrival_chosen *chosen);
