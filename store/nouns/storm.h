/* SPDX-License-Identifier: Apache-2.0 */
/* storm - refusals are counted together: the first of each minute is a full event, the others a number that
 * becomes one event when the minute has ended, also after a crash. Nothing but refusals may go through here
 * (FOUNDATIONS 15). */
#pragma once

#include "store/act.h"
#include "store/event.h"
#include "store/nouns/swept.h"

/* storm_refuse - add the refusal's event, or count it on the one that stands: same tenant, actor, device,
 * action and reason in the same minute. The draft is decided already; its outcome is not success. receipt as
 * in act_add; its event id stays zero when it was only counted. */
fallible storm_refuse(struct act *act, struct id tenant, struct event_draft *draft, struct receipt *receipt);

/* storm_close - turn the counts of ended minutes into events, at most `max` of them, the oldest first; a row that is damaged
 * is stepped over and stays. To be run as an ACT_HOUSEKEEPING job every few seconds, and at start. */
fallible storm_close(struct act *act, size_t max, struct swept *swept);
