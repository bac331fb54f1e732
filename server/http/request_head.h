/* SPDX-License-Identifier: Apache-2.0 */
/* request_head - the head of a request as the library found it, held to the letter, and what its body may be. */
#pragma once

#include "server/http/exchange.h"

/* What libmicrohttpd's handler is told of a head. */
struct head_line {
	const char *url; /* the target's first byte; its length is that of the raw target */
	const char *method;
	const char *version;
};

/* request_head_read - fill exchange->request from it, and make room for the body with its deadline.
 *
 * Fails: as framing_check · as target_parse · TOO_LARGE too many fields, the target too long, the body larger than its route takes ·
 * NO_MEMORY. */
fallible request_head_read(struct http_exchange *exchange, const struct head_line *line);
