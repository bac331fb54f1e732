/* SPDX-License-Identifier: Apache-2.0 */
/* push - replies that have no end: connections that were taken from libmicrohttpd, written to by one thread of
 * their own.
 *
 * The thread works in rounds. A round is due when somebody called push_wake, when a stream has more to say, and
 * at least every PUSH_TICK_MS; it asks each stream whose client has taken all that was said before. After a
 * round the thread rests for three times as long as the round took (within bounds): however many streams there
 * are, they get about a quarter of one core. What a client has not taken yet is the rest of one piece, and nothing
 * is added to it; a client that takes nothing for stall_ms is dropped, and so is one that closes or speaks.
 * Why so: docs/decisions/0012-following.md. */
#pragma once

#include "server/http/http.h"

enum {
	PUSH_TICK_MS = 500,
	PUSH_REST_LEAST_MS = 20,
	PUSH_REST_MOST_MS = 120,
	PUSH_PIECE_MAX = 1024 * 1024, /* bytes that one stream may say in one round */
};

/* What a stream says when it was asked. */
enum push_then {
	PUSH_WAITS,   /* nothing more until the next wake or tick */
	PUSH_GOES_ON, /* it has more: ask again in the next round */
	PUSH_ENDS,    /* close it, after what stands in the piece */
};

/* What the application provides; all of it runs on the pusher's thread, but for ends in push_close. */
struct push_app {
	void *context;
	void (*round_begin)(void *context);
	/* Add what is to be sent to the piece, which is empty; it is the application's to stay below its maximum. */
	enum push_then (*say)(void *context, void *stream, struct buf *piece);
	void (*round_end)(void *context);
	/* The stream is over and its connection closed. Once for each stream that was added. */
	void (*end)(void *context, void *stream);
};

struct push_ask {
	size_t streams_max;
	int64_t stall_ms;
	const struct push_app *app; /* outlives the pusher */
};

struct push; /* opaque */

/* push_open - start the thread. Fails: NO_MEMORY · IO no descriptor. */
fallible push_open(const struct push_ask *ask, struct push **push);

/* push_stop - one round more, then every stream is closed and ended, and the thread. Nothing can be added from now
 * on. push_close - after it, when nobody calls push_add any more. Both take NULL. */
void push_stop(struct push *push);
void push_close(struct push *push);

/* push_add - answer an exchange, whose reply has status, content type and headers, with a stream; call it in begin or
 * finish, and touch nothing of the exchange but its arena afterwards.
 *
 *   stream  the application's own; push_app.end gives it back
 * Fails: BUSY there are streams_max of them, the server is stopping, or the process has no descriptor left · NO_MEMORY: then the
 * exchange is as before.
 * Thread: any. */
fallible push_add(struct push *push, struct http_exchange *exchange, void *stream);

/* push_has_room - whether push_add would find a place now. push_count - the streams that are open. */
bool push_has_room(const struct push *push);
size_t push_count(const struct push *push);

/* push_wake - something happened that streams may want to tell.
 * Cost:   one atomic exchange, but for the first call after a round.
 * Thread: any. */
void push_wake(struct push *push);
