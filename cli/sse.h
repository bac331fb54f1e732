/* SPDX-License-Identifier: Apache-2.0 */
/* sse - server-sent events out of a stream that comes in pieces of any size.
 * Source: WHATWG HTML, "Server-sent events", parsing an event stream. */
#pragma once

#include "base/buf.h"

enum { SSE_LINE_MAX = 256 * 1024, SSE_ID_MAX = 64 };

/* One event. Everything is borrowed until the function returns. */
struct sse_event {
	struct span name; /* empty = "message" */
	struct span data; /* its lines, joined by line feeds */
};

struct sse {
	fallible (*on_event)(void *context, const struct sse_event *event);
	void *context;
	struct buf line; /* the one that has not ended yet */
	struct buf name; /* of the event that has not ended yet */
	struct buf data;
	char id[SSE_ID_MAX];      /* of the last whole event; empty = none. Goes out as Last-Event-ID */
	char next_id[SSE_ID_MAX]; /* of the event that has not ended yet */
	int64_t retry_ms;         /* as the server asked for; -1 = it did not */
	bool has_data;
	bool began;        /* a byte order mark may only stand before anything else */
	bool after_return; /* a line feed that follows belongs to the line end before it */
};

#define SSE(handler, of)                     \
	((struct sse){.on_event = (handler), \
		.context = (of),             \
		.line = BUF(SSE_LINE_MAX),   \
		.name = BUF(SSE_LINE_MAX),   \
		.data = BUF(SSE_LINE_MAX),   \
		.retry_ms = -1})

/* sse_feed - the next bytes; on_event is called for each event that they end. Comments are dropped; an id longer
 * than its room, or with a NUL, is ignored.
 * Fails: TOO_LARGE a line or an event is over its maximum · NO_MEMORY · as on_event. */
fallible sse_feed(struct sse *sse, struct span bytes);

/* sse_restart - a new connection: what had not ended is lost; id and retry_ms stay. */
void sse_restart(struct sse *sse);
void sse_done(struct sse *sse);
