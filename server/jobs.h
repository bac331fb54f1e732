/* SPDX-License-Identifier: Apache-2.0 */
/* jobs - what has to be done every few seconds: counts of refusals become events, what has expired is swept,
 * logs are signed. */
#pragma once

#include "server/core/server.h"
#include "server/env/journal.h"

struct jobs; /* opaque: one thread */

/* jobs_open - start the thread. server and journal outlive it. Fails: NO_MEMORY. */
fallible jobs_open(struct server *server, struct journal *journal, struct jobs **jobs);

/* jobs_close - stop it, before the committer. Takes NULL. */
void jobs_close(struct jobs *jobs);
