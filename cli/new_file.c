/* SPDX-License-Identifier: Apache-2.0 */
/* new_file - open, write, fsync, link. */
#include "cli/new_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

fallible new_file_open(const char *path, struct new_file *file)
{
	struct stat facts;
	int len = snprintf(file->aside, sizeof file->aside, "%s.part", path);
	if (path[0] == '\0' || len >= (int)sizeof file->aside)
		return FAIL(INPUT, "a file's name is empty or too long");
	if (strcmp(path, "-") == 0)
		return FAIL(INPUT, "it is written into a file, not to standard output: name one");
	if (lstat(path, &facts) == 0)
		return FAIL(CONFLICT, "there is a file of that name already");
	file->path = path;
	file->fd =
		open(file->aside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	if (file->fd < 0)
		return FAIL(IO, "a file cannot be made");
	return OK;
}

fallible new_file_put(struct new_file *file, struct span bytes)
{
	file->used = true;
	while (bytes.len > 0) {
		ssize_t n = write(file->fd, bytes.at, bytes.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return FAIL(IO, "a file cannot be written");
		bytes = span_from(bytes, (size_t)n);
	}
	return OK;
}

fallible new_file_keep(struct new_file *file)
{
	if (fsync(file->fd) != 0)
		return FAIL(IO, "a file cannot be written");
	/* Unlike rename, link never replaces what got there first. */
	if (link(file->aside, file->path) != 0)
		return errno == EEXIST ? FAIL(CONFLICT, "there is a file of that name already")
				       : FAIL(IO, "a file cannot be given its name");
	if (unlink(file->aside) != 0)
		return FAIL(IO, "a file keeps its first name beside the new one");
	file->used = true;
	return OK;
}

void new_file_done(struct new_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	/* A refusal leaves nothing behind. */
	if (file->fd >= 0 && !file->used)
		unlink(file->aside);
	file->fd = -1;
}

fallible new_file_write(const char *path, struct span bytes)
{
	scoped(new_file) file = NEW_FILE;
	TRY(new_file_open(path, &file));
	TRY(new_file_put(&file, bytes));
	return new_file_keep(&file);
}
