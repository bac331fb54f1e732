/* SPDX-License-Identifier: Apache-2.0 */
/* clocks - watch the machine's clock (login.md, rule O): whether anything keeps it right, and whether it was set back. What is
 * found lies in server->health; a step back is an alarm in every tenant's log. */
#pragma once

#include "server/core/server.h"

enum { CLOCKS_STEP_MS = 60 * 1000 /* a step back by more is an alarm */ };

/* clocks_begin - at start: the time goes on from the newest event that stands in the log, whatever the machine's clock says.
 * Fails: CORRUPT · IO. */
fallible clocks_begin(const struct server *server);

/* clocks_look - now and then: is it synchronised, is it behind. A step back that was not told yet is clock.jumped in every
 * tenant's log. Fails: as committer_run; then it is told at the next look. */
fallible clocks_look(struct server *server);

/* clocks_in_doubt - whether codes that are computed from the time may be those of another time. */
bool clocks_in_doubt(const struct server *server);
