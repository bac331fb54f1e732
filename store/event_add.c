/* SPDX-License-Identifier: Apache-2.0 */
/* event_add - the branch, then the log. */
#include "store/event_add.h"

#include "store/client.h"

fallible event_add(struct act *act, struct id tenant, struct leaf *leaf, struct receipt *receipt)
{
	struct view view = view_act(act);
	TRY(client_give_branch(&view, tenant, leaf->ids));
	return act_add(act, tenant, leaf, receipt);
}

fallible event_say(struct act *act, struct id tenant, const struct event *event)
{
	struct event_draft draft;
	TRY(event_seal(act->volume->keys, tenant, event, act->now, act->arena, &draft));
	return event_add(act, tenant, &draft.leaf, NULL);
}
