/* SPDX-License-Identifier: Apache-2.0 */
/* rotation_watch - the moment in which a secret has to be changed is not missed: when the last grant of somebody who knows it
 * ends, however it ends, the log says so and the client's people get one mail. Of each person, credential and version once.
 * What a departure or an emergency leaves behind they tell themselves. */
#pragma once

#include "server/core/server.h"
#include "store/act.h"
#include "store/nouns/grant.h"

/* rotation_watch_until - inside an act: look at a grant through which somebody could know a secret when its time is over.
 * rotation_watch_now - the same at once, for it has ended before, or is used up; nothing where it never let anybody know. */
fallible rotation_watch_until(struct act *act, const struct grant *grant);
fallible rotation_watch_now(struct act *act, const struct grant *grant);

/* rotation_watch_turn - the job: look at what is due.
 *
 *   done  how many looks
 * Fails: as due_turn. */
fallible rotation_watch_turn(const struct server *server, struct instant now, size_t *done);
