/* SPDX-License-Identifier: Apache-2.0 */
/* target - the request target as it came over the wire: into a decoded path and a raw query, and the query
 * into parameters.
 *
 * Everything that a proxy in front could have read in another way is refused, not repaired. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

struct target {
	struct span path;  /* decoded; begins with '/'; UTF-8 without control characters */
	struct span query; /* raw, without '?' */
};

/* target_parse - origin-form only.
 *
 *   raw     as received, before any decoding; borrowed as long as target lives
 *   arena   takes the path when something had to be decoded
 * Fails: INPUT not beginning with '/', a byte outside visible ASCII, '#' or '\', a bad escape, an escaped
 * NUL, slash, backslash or control character, a segment "." or "..", "//", invalid UTF-8 · NO_MEMORY. Source:
 * RFC 9112 §3.2.1, RFC 3986 §2.1, §3.3. */
fallible target_parse(struct span raw, struct arena *arena, struct target *target);

/* target_parameter - the next name=value of a raw query, decoded into the arena; '+' is a space, as browsers
 * send it.
 *
 *   at    0 before the first
 *   err   OK at the end, else why
 * False at the end and after a failure.
 * Fails: INPUT a bad escape, an escaped NUL, invalid UTF-8 · NO_MEMORY.
 * Source: WHATWG URL, application/x-www-form-urlencoded; a part without '=' has an empty value, empty parts
 * are skipped. */
bool target_parameter(struct span query, size_t *at, struct arena *arena, struct span *name,
	struct span *value, struct err *err);
