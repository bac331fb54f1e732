/* SPDX-License-Identifier: Apache-2.0 */
/* folder - files under one folder, and single files, read whole. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "cli/fetch.h"

struct folder {
	int fd; /* -1 = none */
};

#define FOLDER ((struct folder){.fd = -1})

/* folder_open - Fails: NOT_FOUND there is no such folder · IO. */
fallible folder_open(const char *path, struct folder *folder);
void folder_done(struct folder *folder);

/* folder_fetch - its files as a fetch, which lives as long as the folder. */
struct fetch folder_fetch(struct folder *folder);

/* folder_read - one file, in place of what out holds. Fails: NOT_FOUND · TOO_LARGE over out's maximum · IO
 * not a regular file, or unreadable · NO_MEMORY. */
fallible folder_read(const char *path, struct buf *out);

/* folder_read_private - the same of a file with a secret in it. Fails: as folder_read · INPUT somebody else
 * owns it, or can read it. */
fallible folder_read_private(const char *path, struct buf *out);

/* folder_check_wipe - whether that could be wiped: before it is read, so that nobody is left with a file that had to go. Fails:
 * NOT_FOUND · INPUT a link, no file, or not the user's · IO. */
fallible folder_check_wipe(const char *path);

/* folder_wipe - write zeroes over a file, and remove it. What a disk or a file system keeps of it besides is out of reach.
 * Fails: NOT_FOUND · IO. */
fallible folder_wipe(const char *path);
