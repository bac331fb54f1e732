/* SPDX-License-Identifier: Apache-2.0 */
/* client_turns - what a job does for each client of every business, one after another: each in a snapshot of its own, so that no long
 * reading holds up the store. */
#pragma once

#include "server/core/scene.h"

/* One turn: go on behind *after to the next client for whom there is something to do, and do it.
 *
 *   scene  of the business itself: nobody calls
 *   after  none = from the first client; set to the one whose turn it was, to none when there was none left
 *   done   counted up */
typedef fallible client_turn(struct scene *scene, struct id *after, size_t *done);

/* client_turns_run - every turn there is; none while the store is only read.
 *
 *   done  the sum, from 0
 * Fails: what the first turn fails with; the others are tried all the same. */
fallible client_turns_run(const struct server *server, client_turn *turn, struct instant now, size_t *done);
