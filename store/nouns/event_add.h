/* SPDX-License-Identifier: Apache-2.0 */
/* event_add - an event goes on the log in the branch that it belongs to.
 *
 * That is the branch of who acted; where that is none, of the client that the event names; else of the person whom it is about:
 * as they are in this act. So whoever reads the log of a branch sees all that concerns its people and its clients. */
#pragma once

#include "store/act.h"
#include "store/event.h"

/* event_add - act_add, once the leaf has its branch. Who is gone, or whose row is damaged, has none. Fails: as act_add · NO_MEMORY.
 *
 * Cost: a row where the leaf has no branch and names a client; one more where it is about a person. */
fallible event_add(struct act *act, struct id tenant, struct leaf *leaf, struct receipt *receipt);

/* event_say - what is found out inside an act: sealed and added at once. Fails: as event_seal, event_add. */
fallible event_say(struct act *act, struct id tenant, const struct event *event);
