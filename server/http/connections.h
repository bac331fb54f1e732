/* SPDX-License-Identifier: Apache-2.0 */
/* connections - those that are open: whence they come and until when they may go on. A thread of its own
 * shuts the late ones.
 *
 * libmicrohttpd's own time-out counts inactivity only: a byte every half second holds a connection for ever.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "server/http/endpoint.h"

#include <stdatomic.h>

struct connection {
	_Atomic int64_t due_ms;         /* clock_monotonic_ms when it is shut; 0 = never */
	_Atomic int64_t fresh_until_ms; /* so long it has just come; 0 = it was heard */
	int fd;                         /* -1 = this place is free */
	bool served;                    /* a request was answered on it; only its own thread looks */
	bool lingers;                   /* it was answered before its body had come; the same */
	char peer[ENDPOINT_TEXT + 1];
	struct arena arena;      /* between two exchanges: empty, but with a block for the next one */
	struct connection *next; /* free place */
};

enum { CONNECTIONS_FRESH_MS = 2000 };

struct connections; /* opaque */

/* connections_open - room for max connections at once, looked over often enough for a shortest deadline of
 * least_ms: late by an eighth of it, at least 20 ms, at most a second.
 *
 * Fails: NO_MEMORY · IO no thread. */
fallible connections_open(size_t max, int64_t least_ms, struct connections **connections);

/* connections_close - end the thread; no connection is open any more. Takes NULL. */
void connections_close(struct connections *connections);

/* connections_add - from accept; NULL when there is no room. The fd stays the caller's. For CONNECTIONS_FRESH_MS, or until
 * connections_heard, it counts as one that has just come.
 * connections_drop - before the fd is closed: afterwards the number may be another connection's. Ends the
 * arena. Takes NULL. */
struct connection *connections_add(
	struct connections *connections, int fd, const struct sockaddr *peer, int64_t due_ms);
void connections_drop(struct connections *connections, struct connection *connection);

/* connections_set_due - when the connection is shut, on the clock of clock_monotonic_ms; 0 = never.
 * Thread: any. */
static inline void connections_set_due(struct connection *connection, int64_t due_ms)
{
	atomic_store_explicit(&connection->due_ms, due_ms, memory_order_relaxed);
}

/* connections_heard - the first that it says has come. Thread: its own. */
static inline void connections_heard(struct connection *connection)
{
	atomic_store_explicit(&connection->fresh_until_ms, 0, memory_order_relaxed);
}

/* connections_any_fresh - whether one has just come and nothing was heard of it yet. Thread: any. */
bool connections_any_fresh(struct connections *connections, int64_t now_ms);
