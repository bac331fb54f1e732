/* SPDX-License-Identifier: Apache-2.0 */
/* departure_turns - the end of everything somebody can do here, in one act: sessions, tokens, remembered devices, grants,
 * what they stand in for. What goes to a successor is suspended until a second person has approved it. */
#pragma once

#include "server/core/server.h"
#include "store/nouns/departure.h"

/* departure_turns_put - the row, and when it has to be looked at next. */
fallible departure_turns_put(struct act *act, const struct departure *departure);

/* departure_turns_run - now; the departure becomes what it is then, and is put. Adds staff.offboarded with the counts. */
fallible departure_turns_run(struct act *act, struct departure *departure);

/* departure_turns_catch_up - the same when the day of a person has come, whoever looks first. Cost: one look-up. */
fallible departure_turns_catch_up(struct act *act, struct id tenant, struct id person);

/* departure_turns_jobs - what is due; and, of those who have left, the clients are told what should be changed.
 *
 *   done  how many were looked at
 * Fails: as due_turn. */
fallible departure_turns_jobs(const struct server *server, struct instant now, size_t *done);
