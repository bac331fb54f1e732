/* SPDX-License-Identifier: Apache-2.0 */
/* weekly_turn - a client's report of a week is made once: the first who makes it pins how far the log had come, under a
 * signed checkpoint; whoever makes it again counts the same entries. On Monday it is mailed, once. */
#pragma once

#include "server/core/letters.h"
#include "server/core/log/checkpoints.h"
#include "server/core/overview/weekly.h"
#include "server/core/scene.h"
#include "store/nouns/weekly_row.h"

enum { WEEKLY_TURN_HOUR = 6 /* of the client's Monday: what is reported late on Sunday is in it */ };

/* A report, and what an act has to write for it. */
struct weekly_made {
	struct weekly_row row;
	const struct weekly *weekly;
	bool fresh; /* nobody made it before: the act pins it */
	struct checkpoints_ask checkpoint;
	struct event_draft generated; /* with `fresh` */
};

/* weekly_turn_prepare - count a week that is over.
 *
 *   by    begins the event of a report that was never made: who had it made
 * Fails: NOT_FOUND no such client, or one that was erased · CONFLICT the week is not over · BUSY the log is not written
 * and the report was never made · as weekly_count, checkpoints_prepare. */
fallible weekly_turn_prepare(const struct scene *scene, struct id client, struct iso_week week,
	const struct event *by, struct weekly_made *made);

/* weekly_turn_write - in the act; nothing to do unless fresh. Fails: STALE somebody made it meanwhile. */
fallible weekly_turn_write(struct act *act, struct weekly_made *made);

/* weekly_turn_run - the job: make and mail what is due of every client of every business, each in an act of its own.
 *
 *   mailed  how many
 * Fails: what the first one fails with; the others are tried all the same. */
fallible weekly_turn_run(const struct server *server, struct instant now, size_t *mailed);
