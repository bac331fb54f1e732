/* SPDX-License-Identifier: Apache-2.0 */
/* http - the command line's one door to HTTP: GET of files under a prefix, http and https only, no redirects.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "cli/fetch.h"

enum { HTTP_CLIENT_TOKEN_MAX = 1024, HTTP_CLIENT_PREFIX_MAX = 2048 };

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
