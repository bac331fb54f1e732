/* SPDX-License-Identifier: Apache-2.0 */
/* framing - where a request ends: the guard against requests that two readers cut in different places.
 *
 * libmicrohttpd 0.9.75 takes what is ambiguous (docs/decisions/0003-libmicrohttpd.md); this refuses it. */
#pragma once

#include "base/err.h"
#include "base/span.h"

struct framing_field {
	struct span name;
	struct span value; /* without the spaces in front of it */
};

struct framing_head {
	struct span block; /* from the method's first byte, as long as the head was on the wire */
	struct span target;
	struct span version;                /* "HTTP/1.1" */
	const struct framing_field *fields; /* in the order received */
	size_t count;
};

struct framing {
	bool chunked;
	uint64_t length; /* bytes of body; 0 when chunked */
};

/* framing_check - the rules that need names and values only.
 *
 * Fails: SMUGGLING Content-Length with Transfer-Encoding; a Transfer-Encoding other than "chunked", or on
 * HTTP/1.0; any of Content-Length, Transfer-Encoding, Host, Authorization, Idempotency-Key and our own
 * headers twice; no Host on HTTP/1.1; a Content-Length that is no number; a name that is no token (a space
 * before the colon); a control character in a value (a bare CR). Source: RFC 9112 §3.2, §5.1, §6.1, §6.3,
 * §11.2. */
fallible framing_check(const struct framing_head *head, struct framing *framing);

/* framing_check_layout - the rules that names and values no longer show: a NUL that ended a target or value
 * too early, a line that ended in a bare LF, a value folded over two lines.
 *
 * The spans of head point into block, whose line ends and colons the parser overwrote with NULs. Each line
 * that was read as sent is followed by exactly the next one. Fails: SMUGGLING. Source: RFC 9112 §2.2, §5.2.
 */
fallible framing_check_layout(const struct framing_head *head);
