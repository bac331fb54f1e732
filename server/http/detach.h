/* SPDX-License-Identifier: Apache-2.0 */
/* detach - take a connection away from libmicrohttpd, in the middle of an exchange. */
#pragma once

#include "server/http/http.h"

/* detach_socket - the connection's socket is the caller's, and the exchange ends without a reply as soon as begin or
 * finish, in which this is called, returns. What the client has sent behind its request is lost.
 *
 *   fd  set on success; non-blocking, close-on-exec
 * Fails: BUSY there is no descriptor left: then the exchange is as before. */
fallible detach_socket(struct http_exchange *exchange, int *fd);
