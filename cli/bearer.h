/* SPDX-License-Identifier: Apache-2.0 */
/* bearer - a token read from a file, wiped with its block. It never stands on a command line, where others
 * could see it. */
#pragma once

#include "base/buf.h"
#include "cli/http.h"

enum { BEARER_FILE_MAX = HTTP_CLIENT_TOKEN_MAX + 2 }; /* a line end may follow */

struct bearer {
	struct buf file;
	struct span token; /* inside file; empty = none */
};

#define BEARER ((struct bearer){.file = BUF(BEARER_FILE_MAX)})

/* bearer_read - the token of a file, without the line end behind it.
 * Fails: INPUT the file is empty, or others can read it · as folder_read. */
fallible bearer_read(const char *path, struct bearer *bearer);
void bearer_done(struct bearer *bearer);
