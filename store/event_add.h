/* SPDX-License-Identifier: Apache-2.0 */
/* event_add - an event goes on the log in the branch that it belongs to.
 *
 * That is the branch of who acted or, where that is none, the branch of the client that the event names, as it is in this act: so
 * that whoever reads the log of a branch sees all that concerns its clients. */
#pragma once

#include "store/act.h"
#include "store/event.h"

/* event_add - act_add, once the leaf has its branch. A client who is gone has none. Fails: as act_add, client_get_clear.
 *
 * Cost: one row, where the leaf names a client and has no branch. */
fallible event_add(struct act *act, struct id tenant, struct leaf *leaf, struct receipt *receipt);

/* event_say - what is found out inside an act: sealed and added at once. Fails: as event_seal, event_add. */
fallible event_say(struct act *act, struct id tenant, const struct event *event);
