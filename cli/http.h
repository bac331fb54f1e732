/* SPDX-License-Identifier: Apache-2.0 */
/* http - the command line's one door to HTTP: files under a prefix, and calls of an API; http and https only,
 * no redirects. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "cli/fetch.h"

enum {
	HTTP_CLIENT_TOKEN_MAX = 1024,
	HTTP_CLIENT_PREFIX_MAX = 2048,
	HTTP_CLIENT_PATH_MAX = 16 * 1024, /* with its query */
	HTTP_CLIENT_HEADER_MAX = 128,
	HTTP_CLIENT_REFUSAL_MAX = 64 * 1024,
};

struct http_client; /* opaque; one connection, kept open */

/* http_client_open - nothing is sent yet.
 *
 *   prefix  http://… or https://…, with or without a slash at the end; no query, no password
 *   token   goes out as a Bearer header; empty = none. Visible ASCII, at most HTTP_CLIENT_TOKEN_MAX bytes
 * Fails: INPUT the prefix or the token is none, or the token would cross a network in the clear · NO_MEMORY.
 * Owns: http_client_close, which takes NULL and wipes our copy of the token. */
fallible http_client_open(const char *prefix, struct span token, struct http_client **client);
void http_client_close(struct http_client *client);

/* http_client_fetch - the files under the prefix as a fetch, which lives as long as the client. */
struct fetch http_client_fetch(struct http_client *client);

/* A connection that closes with its block. */
struct http_connection {
	struct http_client *client;
};

void http_connection_done(struct http_connection *connection);

/* One call of an API. */
struct http_client_ask {
	const char *path;   /* under the prefix, without a slash in front; percent-encoded, with its query */
	struct span json;   /* the body of a POST; empty: it is a GET */
	const char *method; /* another one, such as DELETE; NULL = as said above */
	const char *last_event; /* goes out as Last-Event-ID; NULL = none */
	const char *header;     /* of the answer, to be kept; NULL = none */
	int64_t silence_ms;     /* that the answer may pause; 0 = as with files */
	/* Takes each piece of a 200, 201 or 202 as it comes. A failure ends the call and is passed on. */
	fallible (*on_piece)(void *context, struct span piece);
	void *context;
};

/* What came back besides the pieces. */
struct http_client_reply {
	long status;                         /* 0 = no answer */
	bool began;                          /* something was taken */
	struct buf refusal;                  /* the body of any other answer */
	char header[HTTP_CLIENT_HEADER_MAX]; /* the header that was asked for; empty = absent, or too long */
};

void http_client_reply_done(struct http_client_reply *reply);

/* http_client_call - send, and hand on what comes back.
 *
 *   reply  zeroed; to be done in any case, and set as far as the call came
 * Fails: REMOTE the server cannot be reached, breaks off or is silent · TOO_LARGE a refusal is over its maximum ·
 * NO_MEMORY · what on_piece fails with. A refusal is no failure: status says it. */
fallible http_client_call(
	struct http_client *client, const struct http_client_ask *ask, struct http_client_reply *reply);
