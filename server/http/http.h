/* SPDX-License-Identifier: Apache-2.0 */
/* http - the one door to libmicrohttpd: bytes to requests, replies to bytes, limits, the smuggling guard,
 * deadlines.
 *
 * An exchange is begun on a pool thread once its body is whole. The application either fills the reply at
 * once, or suspends the exchange (http_suspend), hands it to another thread, and that thread calls
 * http_resume; then finish is called on a pool thread: it fills the reply, or suspends once more. Source:
 * spec of the traps: docs/decisions/0003-libmicrohttpd.md. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "server/http/http_method.h"

#include <stdatomic.h>

enum {
	HTTP_HEADERS_MAX = 64,
	HTTP_TARGET_MAX = 4096,
	HTTP_BODY_MAX = 8 * 1024 * 1024 + 4096, /* what any route may take */
	HTTP_REPLY_MAX = 16 * 1024 * 1024,
	HTTP_HEADER_LIST_MAX = 32 * 1024, /* as long as libmicrohttpd takes a whole head */
	HTTP_REPLY_HEADERS = 16,
	HTTP_PIECE_MAX = 64 * 1024,        /* of a stream at once */
	HTTP_ARENA_MAX = 32 * 1024 * 1024, /* of one exchange */
};

struct http_exchange; /* opaque */

struct http_request {
	enum http_method method;
	/* Percent-decoded per segment; begins with '/'. Refused before: %00 %2f %5c, control bytes, "..",
	 * "//". */
	struct span path;
	struct span query; /* raw, without '?' ; http_query reads it */
	struct span body;
	struct span peer; /* numeric address; ::ffff:a.b.c.d as a.b.c.d */
	bool head_only;   /* HEAD, which is a GET whose answer's body is not sent */
};

struct http_header {
	const char *name;  /* static */
	struct span value; /* in the exchange's arena or static */
};

/* A body that is made while it is sent, in constant memory and chunks. All on pool threads, one at a time. */
struct http_stream {
	void *state;
	/* Fill the piece, an empty buf of HTTP_PIECE_MAX bytes. Left empty: that was the end; or, after
	 * http_suspend, that there is nothing yet, and next is called again after http_resume. It is called
	 * when the kernel has taken all that came before. A failure cuts the connection without the last
	 * chunk, so that the reader sees that something is missing (HTTP/1.0 can't tell). */
	fallible (*next)(void *state, struct buf *piece);
	/* Over: sent, cut, or never begun. Once, before the exchange's end. May be NULL. */
	void (*done)(void *state);
};

struct http_reply {
	int status;
	const char *content_type; /* static; NULL with an empty body */
	struct buf body;          /* wiped when it has been sent */
	struct span fixed; /* in place of body: bytes that outlive the server, sent from where they lie */
	struct http_stream stream; /* with a next: sent in place of both */
	struct http_header headers[HTTP_REPLY_HEADERS];
	size_t header_count;
	bool close; /* close the connection after it */
};

/* What the application provides. */
struct http_app {
	void *context;
	/* A whole head, before any byte of a body is read: the greatest body that goes with it; 0 = none. */
	size_t (*body_max)(void *context, struct http_exchange *exchange);
	/* A whole request, after body_max: fill the reply, or http_suspend and return. */
	void (*begin)(void *context, struct http_exchange *exchange);
	/* After http_resume: fill the reply, or http_suspend again and return. */
	void (*finish)(void *context, struct http_exchange *exchange);
	/* http's own refusals (400, 413, 500 for an unfilled reply) in the application's form. The body is
	 * empty, path and query may be; the connection is closed after it. */
	void (*refuse)(void *context, struct http_exchange *exchange, struct err err);
	/* The exchange is over: free what hangs on it (http_state). Once for each exchange that begin or
	 * refuse saw; what body_max leaves there is in the arena. */
	void (*end)(void *context, struct http_exchange *exchange);
	/* A stream's next failed and its connection is cut: for the operator, since no reply can say so. May
	 * be NULL. */
	void (*broke)(void *context, struct http_exchange *exchange, struct err err);
};

struct http_ask {
	const char *listen; /* ADDR:PORT, [ADDR]:PORT; port 0 = any free one */
	int socket; /* descriptor + 1 of a socket that listens, in place of `listen`; it stays the caller's, and
		       another server may take over from this one at it. 0 = none */
	unsigned threads; /* 1 to 16 */
	unsigned connections_max;
	int64_t header_deadline_ms; /* from accept to a whole header block */
	int64_t body_deadline_ms;   /* from there to a whole body */
	int64_t idle_ms;            /* keep-alive; and to take a piece of a stream */
	const struct http_app *app; /* outlives the server */
	atomic_size_t *open_now; /* outlives the server: how many connections are open; NULL = not counted */
};

struct http_server; /* opaque */

/* http_open - bind, listen and serve. Fails: INPUT a bad address · IO it can't be bound. */
fallible http_open(const struct http_ask *ask, struct http_server **server);

/* http_port - the port really bound. */
unsigned http_port(const struct http_server *server);

/* http_quiesce - stop accepting; exchanges under way go on. http_close - after quiesce and after every
 * suspended exchange was resumed: waits (at most wait_ms) until all are answered, those also who have just come and
 * say what they want within two seconds, then stops. A call that is in the application's hands is waited for until
 * it returns, for the application may go afterwards. Takes NULL.
 * When one was never resumed, threads and memory stay behind until the process ends, but the application is
 * not called again. */
void http_quiesce(struct http_server *server);
void http_close(struct http_server *server, int64_t wait_ms);

const struct http_request *http_request(const struct http_exchange *exchange);
struct http_reply *http_reply(struct http_exchange *exchange);
struct arena *http_arena(struct http_exchange *exchange);

/* http_state - a pointer of the application's own that lives as long as the exchange. */
void **http_state(struct http_exchange *exchange);

/* http_header - a request header's value, name case-insensitive; SPAN_NONE when absent. Several lines of one
 * name: the first. */
struct span http_header(const struct http_exchange *exchange, const char *name);

/* http_header_list - the same for a header that is a list: several lines in their order, joined by commas as RFC
 * 9110 section 5.3 allows; in the arena. Without memory for it: SPAN_NONE. */
struct span http_header_list(struct http_exchange *exchange, const char *name);

/* http_query - the next value of a query parameter, percent-decoded into the arena; *at starts at 0. False at
 * the end.
 * Fails through *err: INPUT a bad escape or invalid UTF-8. */
bool http_query(
	struct http_exchange *exchange, size_t *at, struct span *name, struct span *value, struct err *err);

/* http_suspend - call it before handing the exchange to another thread. What that one touches of it is not this thread's
 * any more; finish is called on this thread, after begin or finish has returned. http_resume - from any thread, once. */
void http_suspend(struct http_exchange *exchange);
void http_resume(struct http_exchange *exchange);
