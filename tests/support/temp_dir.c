/* SPDX-License-Identifier: Apache-2.0 */
/* temp_dir - mkdtemp, and a walk that removes. */
#include "tests/support/temp_dir.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

enum { DESCRIPTORS_MAX = 16 };

struct temp_dir temp_dir_make(void)
{
	struct temp_dir dir = {"/tmp/muniment-test-XXXXXX"};
	if (!mkdtemp(dir.path)) {
		perror(dir.path);
		abort();
	}
	return dir;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status;
	(void)kind;
	(void)where;
	return remove(path);
}

void temp_dir_done(struct temp_dir *dir)
{
	if (dir->path[0] == 0)
		return;
	if (nftw(dir->path, remove_one, DESCRIPTORS_MAX, FTW_DEPTH | FTW_PHYS) != 0)
		perror(dir->path);
	dir->path[0] = 0;
}
