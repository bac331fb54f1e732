/* SPDX-License-Identifier: Apache-2.0 */
/* stream - a reply whose body is pulled from the application piece by piece while it is sent. */
#pragma once

#include "server/http/http.h"

struct MHD_Response;

/* stream_response - a response that pulls from the exchange's reply; NULL without memory. The exchange outlives
 * it.
 *
 * Owns: the caller, who destroys it after queueing. */
struct MHD_Response *stream_response(struct http_exchange *exchange);

/* stream_done - tell the application, once, that its stream is over, whether or not it was sent to its end.
 * Without a stream nothing. */
void stream_done(struct http_exchange *exchange);
