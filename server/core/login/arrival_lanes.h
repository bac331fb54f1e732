/* SPDX-License-Identifier: Apache-2.0 */
/* arrival_lanes - by which brakes a sign-in and its mails are counted. A browser from which the person got in before has brakes of
 * its own: whoever uses up what strangers have, for an address or in all, keeps its owner out nowhere but on a new browser
 * (login.md 3E).
 *
 * A browser is known by its cookie, which is drawn at random and shown to nobody; the registry of the person's devices says whether
 * a right code came from it. */
#pragma once

#include "server/core/caller.h"
#include "server/core/login/braking.h"

struct arrivals_ask; /* server/core/login/arrivals.h */

struct arrival_lane {
	bool is_own;              /* of a browser that is known */
	struct braking everybody; /* counted for each new sign-in; of a known browser nothing is */
	struct braking mailbox;   /* counted for each mail */
	struct braking
		other; /* of a known browser: what counts once those of mailbox are gone; else of no brakes */
};

/* arrival_lanes_choose - after arrivals_list_who, for ask->arrival. A known browser that has used up its own is one of the strangers.
 * A browser that was lost is known to nobody, nor is one whose remembered token was copied.
 *
 *   lane  set on success
 * Fails: as device_find, remembering_is_copied, mail_brake_read. Cost: a few rows of each business that knows the address. */
fallible arrival_lanes_choose(const struct server *server, const struct view *view,
	const struct arrivals_ask *ask, struct arrival_lane *lane);

/* arrival_lanes_wait_ms - until another code may be mailed by either; 0 = now. Fails: as mail_brake_read. */
fallible arrival_lanes_wait_ms(
	const struct view *view, const struct arrival_lane *lane, struct instant now, int64_t *wait_ms);
