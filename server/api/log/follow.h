/* SPDX-License-Identifier: Apache-2.0 */
/* follow - those who follow a log: each is told the events that its filters find and its reader may see, every one
 * once and in the order of the log, as server-sent events.
 *
 * A follower is at an index. While that lies in the log it is given pages, as a list is; as soon as it has reached the
 * present it shares the rows that just came with all others (log_live). A commit costs the committer one call of
 * follow_wake. Who a follower is, and what it may see, is looked up anew every renew_ms. Why so:
 * docs/decisions/0012-following.md. */
#pragma once

#include "server/api/call.h"
#include "server/core/log/log_read.h"
#include "server/core/log/log_view.h"

enum {
	FOLLOW_RENEW_MS = 2000,
	FOLLOW_RETRY_MS = 3000,   /* that a client is told to wait before it comes again */
	FOLLOW_PAGE = 64,         /* events of a page for a follower that is behind */
	FOLLOW_PIECE = 64 * 1024, /* bytes from which on a piece is full; an event more may be in it */
	FOLLOW_CATCH_UP_MS = 20,  /* of a round, for those who are behind */
	FOLLOW_AGENTS_MS = 20,    /* of a round, for user agents that were not looked at before */
};

struct follow; /* opaque; server/core/server.h has it */

struct follow_ask {
	const struct server *server; /* outlives it */
	size_t followers_max;
	int64_t renew_ms; /* between two looks at who a follower is: FOLLOW_RENEW_MS */
	int64_t heartbeat_ms;
	int64_t stall_ms; /* until a follower that takes nothing is dropped */
	/* A failure that an operator should see; on the thread of the followers. */
	void *context;
	void (*failed)(void *context, struct err err);
};

/* follow_open - Fails: as push_open. */
fallible follow_open(const struct follow_ask *ask, struct follow **follow);

/* follow_stop - every stream ends, and its log.viewed is durable or queued; nobody is added any more. follow_close - after
 * it and after http_close, before the committer is closed. Both take NULL. */
void follow_stop(struct follow *follow);
void follow_close(struct follow *follow);

/* follow_wake - something was committed. Thread: the committer's. */
void follow_wake(void *follow);

/* follow_has_room - whether one more may follow; false for NULL. */
bool follow_has_room(const struct follow *follow);

/* What /metrics shows. */
struct follow_counts {
	size_t followers;
	uint64_t messages;
};
void follow_count(const struct follow *follow, struct follow_counts *counts); /* NULL: none */

/* Who follows what. */
struct follower_ask {
	struct log_reader reader;
	struct log_filters filters;
	uint64_t from;           /* the first index that is told */
	uint8_t key[VIEWED_KEY]; /* in the detail of its log.viewed: those it is not told */
	bool logged;             /* its beginning is on the log, so its end will be */
};

/* follow_add - answer the call with a stream; its reply has its headers. Fails: as push_add · NO_MEMORY. */
fallible follow_add(struct follow *follow, struct call *call, const struct follower_ask *ask);
