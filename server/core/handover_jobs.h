/* SPDX-License-Identifier: Apache-2.0 */
/* handover_jobs - what handovers come to by time alone, and the mails about what so ended. */
#pragma once

#include "server/core/server.h"

/* handover_jobs_turn - look at what is due, each handover in an act of its own, in the order of their times.
 *
 *   done  how many were looked at
 * Fails: what the first one fails with; the next turn begins with it again. */
fallible handover_jobs_turn(struct server *server, struct instant now, size_t *done);
