/* SPDX-License-Identifier: Apache-2.0 */
/* exchange - what http.c and stream.c know of a server and of one exchange; nobody else includes it. */
#pragma once

#include "server/http/acceptor.h"
#include "server/http/connections.h"
#include "server/http/http.h"
#include "server/http/lingering.h"

#include <stdatomic.h>

struct MHD_Connection;
struct MHD_Daemon;

enum { WORKERS_MAX = 16 };

/* A thread of the library's, with the connections that are its own. */
struct worker {
	struct http_server *server;
	struct MHD_Daemon *daemon;
	atomic_size_t open; /* connections that it was given and that are not over */
};

struct http_server {
	struct worker workers[WORKERS_MAX];
	unsigned worker_count;
	struct acceptor *acceptor;
	struct connections *connections;
	struct lingering *lingering; /* those that are closed with bytes unread */
	const struct http_app *app;
	int64_t header_deadline_ms;
	int64_t body_deadline_ms;
	int64_t idle_ms;
	atomic_size_t *open_now; /* NULL = nobody counts */
	int listen_fd;
	bool shares_socket;     /* whoever opened it goes on listening: it is not shut */
	bool lays_out_plainly;  /* this libmicrohttpd leaves the head where framing_check_layout expects it */
	atomic_bool draining;   /* every reply closes its connection */
	atomic_bool closed;     /* no new call reaches the application */
	atomic_bool abandoned;  /* and no end either: the application is gone, these threads are not */
	atomic_size_t inflight; /* exchanges between a whole head and the sent reply */
	atomic_size_t inside;   /* threads of the library's that are in the application, or about to be */
	atomic_size_t parked;   /* suspended exchanges that the library has not gone on with */
	atomic_size_t resuming; /* threads inside http_resume */
};

enum stage { STAGE_HEAD, STAGE_BODY, STAGE_ANSWERED };

struct http_exchange {
	struct http_server *server;
	struct MHD_Connection *wire;
	struct connection *from;
	enum stage stage;
	bool suspended;
	bool shown;    /* the application saw it: it will get its end */
	bool counted;  /* in inflight */
	bool detached; /* the socket is somebody else\'s now: detach.h */
	struct span raw_target;
	struct http_request request;
	struct http_reply reply;
	struct buf body;
	size_t drained;   /* bytes thrown away */
	struct err fault; /* of the body; told once it is over */
	struct buf piece; /* of a streamed reply: what was pulled last */
	size_t sent;      /* bytes of the piece that libmicrohttpd has taken */
	void *state;
	struct arena arena; /* the connection's; the exchange itself lies in its first block */
};

/* exchange_go_on - in each call of the library's about an exchange; true when it was suspended before. */
static inline bool exchange_go_on(struct http_exchange *exchange)
{
	bool resumed = exchange->suspended;
	exchange->suspended = false;
	exchange->server->parked -= resumed;
	return resumed;
}
