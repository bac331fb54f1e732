/* SPDX-License-Identifier: Apache-2.0 */
/* new_file - a file that is written aside, synced, and then takes its name; never over one that is there. */
#pragma once

#include "base/err.h"
#include "base/scoped.h"
#include "base/span.h"

enum { NEW_FILE_PATH_MAX = 4096 };

struct new_file {
	int fd;                        /* -1 = none */
	bool used;                     /* something was written */
	const char *path;              /* borrowed: the name that it will have */
	char aside[NEW_FILE_PATH_MAX]; /* path with .part behind it */
};

#define NEW_FILE ((struct new_file){.fd = -1})

/* new_file_open - path.part, empty, for its owner alone; one that a broken run left there is written over.
 * Fails: CONFLICT there is a file of that name · INPUT the name is too long, or "-" · IO. */
fallible new_file_open(const char *path, struct new_file *file);

/* new_file_put - at the end. Fails: IO. */
fallible new_file_put(struct new_file *file, struct span bytes);

/* new_file_keep - synced, under its name. Fails: CONFLICT somebody took the name meanwhile · IO. */
fallible new_file_keep(struct new_file *file);

/* new_file_done - close; what was not kept stays as path.part, unless nothing was written. */
void new_file_done(struct new_file *file);

/* new_file_write - all of this at once. Fails: as the functions above. */
fallible new_file_write(const char *path, struct span bytes);
