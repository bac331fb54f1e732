/* SPDX-License-Identifier: Apache-2.0 */
/* response - a filled reply made into what libmicrohttpd sends. */
#pragma once

#include "server/http/http.h"

struct MHD_Response;

/* response_wipe - buf_done that leaves nothing behind: bodies hold codes and passwords. */
void response_wipe(struct buf *body);

/* response_make - with the headers that every answer has; NULL without memory.
 *
 *   reply  filled; its body is taken, and wiped once it was sent
 * Owns: the caller, who destroys it after queueing. */
struct MHD_Response *response_make(struct http_reply *reply, struct arena *arena);
