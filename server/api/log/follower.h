/* SPDX-License-Identifier: Apache-2.0 */
/* follower - one of those who follow a log: who it is, where it stands, and the log.viewed of its end. */
#pragma once

#include "server/api/log/follow.h"

struct follower {
	struct arena arena; /* texts of caller and filters */
	struct caller caller;
	const struct route *route;
	struct log_reader reader;
	struct log_filters filters;
	struct query query;
	char key[2 * VIEWED_KEY + 1]; /* as it stands in a detail */
	uint64_t from;                /* where it began */
	uint64_t next;                /* the index that it has to be told next */
	uint64_t told;                /* events */
	struct instant since;
	bool logged;
	bool greeted;
	bool waits;                  /* for a wave that begins earlier, since it missed a round */
	int64_t said_ms;             /* when something was last sent */
	int64_t renew_ms;            /* when it has to be looked at again */
	struct log_channel *channel; /* of its tenant; follow.c's */
	struct follower *after;      /* in the list of those whose end has no place yet */
	/* its end */
	struct event_draft draft;
	struct act_job job;
	atomic_size_t *ending; /* counted down when the end is on the log */
};

/* follower_open - from a call, whose memory it does not need afterwards. Fails: NO_MEMORY · as log_read_query. Owns:
 * follower_close. */
fallible follower_open(struct call *call, const struct follower_ask *ask, struct follower **follower);
void follower_close(struct follower *follower);

/* follower_renew - look up who it is today. Fails: STRANGER, DENIED, SCOPE_MISSING it may follow no longer. */
fallible follower_renew(const struct server *server, const struct view *view, struct follower *follower);

/* follower_is_own - whether an event is a log.viewed of this reader's following of this list.
 *
 *   detail  of a log.viewed */
bool follower_is_own(const struct follower *follower, struct span detail);

/* follower_log_end - queue the log.viewed of its end; the follower is freed when it is durable, or can't be.
 *
 *   ending  counted up now and down then
 * Fails: BUSY the queue is full, the follower is as before · what event_seal fails with. */
fallible follower_log_end(const struct server *server, struct follower *follower, atomic_size_t *ending);
