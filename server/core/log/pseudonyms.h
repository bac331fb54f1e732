/* SPDX-License-Identifier: Apache-2.0 */
/* pseudonyms - events for somebody who asks who looked at their data: dates, actions, purposes and categories, with P1, P2 and so on in
 * place of staff (CJEU C-579/21: the names of those who looked are theirs). */
#pragma once

#include "base/buf.h"
#include "server/core/log/log_read.h"

enum { PSEUDONYMS_MAX = 4096 };

/* Who is who in one export; the numbers mean nothing outside it. */
struct pseudonyms {
	struct buf people; /* ids, in the order in which they came up */
};

#define PSEUDONYMS ((struct pseudonyms){.people = BUF(PSEUDONYMS_MAX * sizeof(struct id))})

void pseudonyms_done(struct pseudonyms *pseudonyms);

/* pseudonyms_hide - take out of an event what names its staff: names, refs and ids of actors and of people as objects, their
 * devices, sessions and traces; and detail and changes, which may say anything. People of clients stay who they are.
 *
 *   arena  holds the new names
 * Fails: TOO_LARGE more than PSEUDONYMS_MAX people · NO_MEMORY. */
fallible pseudonyms_hide(struct pseudonyms *pseudonyms, struct arena *arena, struct log_event *event);
