/* SPDX-License-Identifier: Apache-2.0 */
/* index_files - open, remove and exchange two directories. */
#include "store/index/index_files.h"

#include "store/index/index.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { INDEX_PATH = 4096 };

static const char *const NAMES[] = {"index", "index.new"};

static fallible make_path(const char *directory, enum index_files which, char path[static INDEX_PATH])
{
	if (snprintf(path, INDEX_PATH, "%s/%s", directory, NAMES[which]) >= INDEX_PATH)
		return FAIL(INPUT, "the path of the data directory is too long");
	return OK;
}

fallible index_files_open(
	const struct kv_backend *backend, const char *directory, enum index_files which, struct kv **kv)
{
	char path[INDEX_PATH];
	TRY(make_path(directory, which, path));
	const struct kv_ask ask = {
		.path = path, .maps = INDEX_NAMES, .map_count = INDEX_MAP_COUNT, .durable = true};
	return kv_open(backend, &ask, kv);
}

static fallible remove_entries(DIR *directory)
{
	for (struct dirent *entry = readdir(directory); entry; entry = readdir(directory))
		if (entry->d_name[0] != '.' && unlinkat(dirfd(directory), entry->d_name, 0) != 0)
			return FAIL(IO, "a file of the index cannot be removed");
	return OK;
}

fallible index_files_remove(const char *directory, enum index_files which)
{
	char path[INDEX_PATH];
	TRY(make_path(directory, which, path));
	DIR *entries = opendir(path);
	if (!entries && errno == ENOENT)
		return OK;
	if (!entries)
		return FAIL(IO, "the directory of the index cannot be read");
	struct err err = remove_entries(entries);
	closedir(entries);
	TRY(err);
	return rmdir(path) == 0 ? OK : FAIL(IO, "the directory of the index cannot be removed");
}

static fallible exchange_in(int directory)
{
	if (renameat2(directory, NAMES[INDEX_FILES_NEW], directory, NAMES[INDEX_FILES_LIVE],
		    RENAME_EXCHANGE) != 0)
		return errno == EINVAL
			? FAIL(IO, "the file system cannot exchange two directories in one step")
			: FAIL(IO, "the new index cannot take the place of the old one");
	/* If that fails a machine that loses its power may find the old names: both are whole. */
	(void)fsync(directory);
	return OK;
}

fallible index_files_exchange(const char *directory)
{
	int opened = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (opened < 0)
		return FAIL(IO, "the data directory cannot be opened");
	struct err err = exchange_in(opened);
	close(opened);
	return err;
}
