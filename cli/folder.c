/* SPDX-License-Identifier: Apache-2.0 */
/* folder - openat and read. */
#include "cli/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK = 64 * 1024 };

/* An open descriptor that closes with its block. */
struct descriptor {
	int fd;
};

static void descriptor_done(struct descriptor *descriptor)
{
	if (descriptor->fd >= 0)
		close(descriptor->fd);
}

static bool is_absent(int error)
{
	return error == ENOENT || error == ENOTDIR;
}

fallible folder_open(const char *path, struct folder *folder)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && is_absent(errno))
		return FAIL(NOT_FOUND, "there is no such folder");
	if (fd < 0)
		return FAIL(IO, "a folder cannot be opened");
	folder->fd = fd;
	return OK;
}

void folder_done(struct folder *folder)
{
	if (folder->fd >= 0)
		close(folder->fd);
	*folder = FOLDER;
}

static fallible read_all(int fd, struct buf *out)
{
	uint8_t chunk[CHUNK];
	ssize_t n;
	while ((n = read(fd, chunk, sizeof chunk)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return FAIL(IO, "a file cannot be read");
		buf_put(out, span_of(chunk, (size_t)n));
		TRY(buf_check(out));
	}
	return OK;
}

/* An open regular file. */
static fallible open_file(int folder, const char *path, struct descriptor *file, struct stat *facts)
{
	/* O_NONBLOCK keeps a FIFO that lies in the place of a file from stopping us; regular files ignore it.
	 */
	file->fd = openat(folder, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (file->fd < 0 && is_absent(errno))
		return FAIL(NOT_FOUND, "there is no such file");
	if (file->fd < 0 || fstat(file->fd, facts) != 0)
		return FAIL(IO, "a file cannot be opened");
	if (!S_ISREG(facts->st_mode))
		return FAIL(IO, "it is not a regular file");
	return OK;
}

static fallible read_at(int folder, const char *path, struct buf *out)
{
	scoped(descriptor) file = {-1};
	struct stat facts;
	buf_clear(out);
	TRY(open_file(folder, path, &file, &facts));
	return read_all(file.fd, out);
}

static fallible get(void *context, const char *path, struct buf *out)
{
	const struct folder *folder = context;
	return read_at(folder->fd, path, out);
}

struct fetch folder_fetch(struct folder *folder)
{
	return (struct fetch){folder, get};
}

fallible folder_read(const char *path, struct buf *out)
{
	return read_at(AT_FDCWD, path, out);
}

fallible folder_read_private(const char *path, struct buf *out)
{
	scoped(descriptor) file = {-1};
	struct stat facts;
	buf_clear(out);
	TRY(open_file(AT_FDCWD, path, &file, &facts));
	if (facts.st_uid != geteuid() && facts.st_uid != 0)
		return FAIL(INPUT, "the file belongs to somebody else");
	if (facts.st_mode & (S_IRWXG | S_IRWXO))
		return FAIL(INPUT, "others can read the file: chmod 600");
	return read_all(file.fd, out);
}

static fallible write_zeroes(int fd, off_t size)
{
	static const uint8_t ZEROES[CHUNK];
	for (off_t left = size; left > 0;) {
		ssize_t n = write(fd, ZEROES, left < CHUNK ? (size_t)left : CHUNK);
		if (n < 0 && errno != EINTR)
			return FAIL(IO, "a file cannot be written over");
		left -= n > 0 ? n : 0;
	}
	return fsync(fd) == 0 ? OK : FAIL(IO, "a file cannot be written over");
}

fallible folder_check_wipe(const char *path)
{
	struct stat facts;
	if (lstat(path, &facts) != 0)
		return is_absent(errno) ? FAIL(NOT_FOUND, "there is no such file")
					: FAIL(IO, "a file cannot be looked at");
	if (S_ISLNK(facts.st_mode))
		return FAIL(INPUT, "to wipe it, name the file itself and not a link to it");
	if (!S_ISREG(facts.st_mode))
		return FAIL(INPUT, "it is no file that can be written over");
	bool may = facts.st_uid == geteuid() || access(path, W_OK) == 0;
	return may ? OK : FAIL(INPUT, "it may not be written over");
}

/* Against a slip of the owner's alone: a file of theirs that is read-only. */
static void make_writable(const char *path)
{
	struct stat facts;
	scoped(descriptor) file = {open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
	if (file.fd >= 0 && fstat(file.fd, &facts) == 0 && S_ISREG(facts.st_mode))
		(void)fchmod(file.fd, S_IRUSR | S_IWUSR);
}

fallible folder_wipe(const char *path)
{
	struct stat facts;
	scoped(descriptor) file = {open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)};
	if (file.fd < 0 && errno == EACCES) {
		make_writable(path);
		file.fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	}
	if (file.fd < 0)
		return is_absent(errno) ? FAIL(NOT_FOUND, "there is no such file")
					: FAIL(IO, "a file cannot be written over");
	if (fstat(file.fd, &facts) != 0 || !S_ISREG(facts.st_mode))
		return FAIL(IO, "it is no file that can be written over");
	TRY(write_zeroes(file.fd, facts.st_size));
	return unlink(path) == 0 ? OK : FAIL(IO, "a file cannot be removed");
}
