/* SPDX-License-Identifier: Apache-2.0 */
/* extensions - a stand-in that lasts longer than was planned. As with the handover itself one person asks and a second one
 * decides; what moved stays where it is, until the new end or the end of what it was copied from, whichever comes first. */
#pragma once

#include "server/core/grants/handover_news.h"
#include "server/core/scene.h"
#include "store/nouns/extension.h"

/* ---- asking ---- */

struct extensions_ask {
	/* asked */
	struct instant until;
	bool has_reason;             /* else it is that of the handover */
	enum handover_reason reason; /* one word of the closed list */
	/* prepared */
	struct handover_fault fault; /* after INVALID: the member that is at fault */
	struct handover handover;    /* as handovers_find found it */
	struct extension extension;
	struct letters told; /* who decides it */
	struct event_draft draft;
};

/* extensions_ask_prepare - by a proven person; the route has seen to it that they may ask for handovers. Fails:
 * PERSON_UNPROVEN · INVALID with ask->fault · CONFLICT it is not approved or active, is for good, has no end, is asked to last
 * longer already, or one of its clients has another handover by then. */
fallible extensions_ask_prepare(const struct scene *scene, struct extensions_ask *ask);
fallible extensions_ask_write(struct act *act, struct extensions_ask *ask);

/* ---- deciding ---- */

struct extensions_decide {
	bool approve;             /* asked */
	struct handover handover; /* as handovers_find found it */
	struct handover after;    /* as the act leaves it */
	/* prepared */
	struct extension extension;
	struct handover_news news;
	struct event_draft draft;
};

/* extensions_decide_prepare - by a proven person who did not ask for it and is neither of the two; the route has seen to it
 * that they may approve handovers. extensions_withdraw_prepare - nothing comes of it: by who asked, or by who may approve
 * handovers. Fail: PERSON_UNPROVEN · DENIED · CONFLICT nothing waits, or as for asking.
 * extensions_decide_write - of both: with a yes the mails to the clients, the new end, and that of every copy. */
fallible extensions_decide_prepare(const struct scene *scene, struct extensions_decide *decide);
fallible extensions_withdraw_prepare(const struct scene *scene, struct extensions_decide *withdraw);
fallible extensions_decide_write(struct act *act, struct extensions_decide *decide);
