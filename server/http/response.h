/* SPDX-License-Identifier: Apache-2.0 */
/* response - a filled reply made into what libmicrohttpd sends. */
#pragma once

#include "server/http/http.h"

struct MHD_Response;

/* response_wipe - buf_done that leaves nothing behind: bodies hold codes and passwords. */
void response_wipe(struct buf *body);

/* response_of - the bytes of a body; NULL without memory.
 *
 *   body  taken, and wiped once it was sent
 * Owns: the caller, who destroys it after queueing. */
struct MHD_Response *response_of(struct buf *body);

/* response_of_fixed - the same for bytes that outlive the server: they are neither copied nor wiped. */
struct MHD_Response *response_of_fixed(struct span bytes);

/* response_dress - give it the reply's headers and those that every answer has. False without memory, or for
 * the response NULL; then it is destroyed. */
bool response_dress(struct MHD_Response *response, const struct http_reply *reply, struct arena *arena);

/* response_print_head - status line and header fields of a reply that goes on until its connection is closed, with the
 * empty line behind them. Fails: as buf_check. */
fallible response_print_head(const struct http_reply *reply, struct buf *head);
