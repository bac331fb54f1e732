/* SPDX-License-Identifier: Apache-2.0 */
/* lines - a file of any length read line by line, and its SHA-256 on the way. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "crypto/digest.h"

struct lines {
	int fd;           /* -1 = none */
	struct buf block; /* what was read and not given out yet, from `at` on */
	size_t at;
	uint64_t number; /* of the line given last, from 1 */
	bool ended;
	struct digest digest;
};

#define LINES ((struct lines){.fd = -1})

/* lines_open - Fails: NOT_FOUND there is no such file · IO not a regular file, or unreadable.
 * Owns: scoped(lines).
 *
 *   line_max  bytes of the longest line without its LF */
fallible lines_open(const char *path, size_t line_max, struct lines *lines);
void lines_done(struct lines *lines);

/* lines_next - the next line without its LF, borrowed until the next call; *more false at the end.
 * Fails: TOO_LARGE a line is over line_max · INPUT the last line has no LF: the file was cut · IO. */
fallible lines_next(struct lines *lines, struct span *line, bool *more);

/* lines_digest - of the whole file, once there are no more lines. */
void lines_digest(struct lines *lines, uint8_t out[static HASH_SHA256]);
