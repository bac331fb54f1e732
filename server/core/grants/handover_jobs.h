/* SPDX-License-Identifier: Apache-2.0 */
/* handover_jobs - what handovers come to by time alone, and the mails about what so ended. */
#pragma once

#include "server/core/server.h"

/* handover_jobs_turn - look at what is due, each handover in an act of its own, in the order of their times.
 *
 *   done  how many were looked at
 * Fails: as due_turn. */
fallible handover_jobs_turn(const struct server *server, struct instant now, size_t *done);
