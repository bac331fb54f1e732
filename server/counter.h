/* SPDX-License-Identifier: Apache-2.0 */
/* counter - the thread that counts the people of large businesses beforehand (server/core/login/headcount.h): all of them after a start, and
 * later those that somebody asked for. It yields to everybody else. */
#pragma once

#include "server/core/server.h"
#include "server/env/journal.h"

struct counter; /* opaque: one thread */

/* counter_open - make server->headcount, and start the thread. server and journal outlive it. Fails: NO_MEMORY. Owns: counter_close. */
fallible counter_open(struct server *server, struct journal *journal, struct counter **counter);

/* counter_close - break off what runs and stop it, when no request runs any more. Takes NULL. */
void counter_close(struct counter *counter);
