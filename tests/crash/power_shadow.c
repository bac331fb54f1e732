/* SPDX-License-Identifier: Apache-2.0 */
/* power_shadow - preloaded into a server, it keeps beside each file what a machine that loses its power would surely still have of it.
 *
 *	MUNIMENT_SHADOW          the folder whose files are watched, at any depth
 *	MUNIMENT_SHADOW_TO       the folder of the shadows: a file there has the number of the watched file's inode as its name;
 *	                         none is there for a file that was never flushed
 *	MUNIMENT_SHADOW_EARLY    of 1,000 pieces that are written, how many reach the disk at once though nobody asked; 0
 *	MUNIMENT_SHADOW_SLOW     a flush waits up to so many microseconds more; 0
 *	MUNIMENT_SHADOW_SEED     of the dice for both
 *	MUNIMENT_SHADOW_LIES     set: every flush is answered and nothing of it reaches the shadow, as on a disk that lies
 *
 * A flush takes over what the file held when it was called: pages that were written since the last one, and the length. A write through
 * a descriptor that is opened O_DSYNC or O_SYNC takes over its own range and nothing else. A file that was there before this process
 * counts as written all over. Whoever starts the first process after the power came back puts a copy of each file among the shadows.
 *
 * Names are not shadowed: to make, rename or remove a file is durable at once. Writes that no call shows do not count until a flush
 * meets their page: those through a mapping, of stdio, sendfile and copy_file_range. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, SECTOR = 512, FILES_MAX = 4096, ALWAYS = 1000, RIGHTS = 0600 };

struct file {
	ino_t number;
	pthread_mutex_t flushing; /* held over a whole flush: of two, the older must not arrive last */
	uint8_t *written;         /* a byte a page: since the last flush */
	size_t pages;
};

/* What a flush found when it was called. */
struct content {
	off_t len;
	size_t count;
	struct page {
		off_t at;
		ssize_t len;
		uint8_t bytes[PAGE];
	} * pages;
};

static char watched[PATH_MAX];
static const char *shadows;
static bool lies;
static unsigned early, slow_us;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of all below, and of each file's pages */
static uint64_t dice = 1;
static struct file files[FILES_MAX];
static size_t file_count;

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	dprintf(STDERR_FILENO, "power_shadow: %s: %s\n", what, strerror(errno));
	abort();
}

static unsigned long long number_in(const char *name)
{
	const char *text = getenv(name);
	return text ? strtoull(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void begin(void)
{
	const char *folder = getenv("MUNIMENT_SHADOW");
	shadows = getenv("MUNIMENT_SHADOW_TO");
	lies = getenv("MUNIMENT_SHADOW_LIES") != NULL;
	early = (unsigned)number_in("MUNIMENT_SHADOW_EARLY");
	slow_us = (unsigned)number_in("MUNIMENT_SHADOW_SLOW");
	dice = number_in("MUNIMENT_SHADOW_SEED") * 2 + 1;
	if (folder && shadows)
		must(realpath(folder, watched) != NULL, folder);
}

static unsigned roll(unsigned sides)
{
	pthread_mutex_lock(&lock);
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	unsigned rolled = (unsigned)(dice >> 33) % sides;
	pthread_mutex_unlock(&lock);
	return rolled;
}

/* A disk takes its time; the longer it does, the more of the moments at which a machine dies lie in it. */
static void wait_for_disk(void)
{
	if (slow_us)
		nanosleep(&(struct timespec){.tv_nsec = 1000L * roll(slow_us)}, NULL);
}

/* ---- files ---- */

static bool is_watched(int fd)
{
	char link[32], path[PATH_MAX];
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t n = readlink(link, path, sizeof path);
	size_t len = strlen(watched);
	return n > (ssize_t)len && memcmp(path, watched, len) == 0 && path[len] == '/';
}

/* The bytes from `from` up to `to`. With the lock. */
static void mark(struct file *file, off_t from, off_t to)
{
	size_t end = (size_t)(to + PAGE - 1) / PAGE;
	if (end > file->pages) {
		file->written = realloc(file->written, end);
		must(file->written, "memory");
		memset(file->written + file->pages, 0, end - file->pages);
		file->pages = end;
	}
	for (size_t i = (size_t)from / PAGE; i < end; i++)
		file->written[i] = 1;
}

static void shadow_path(ino_t number, char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%ju", shadows, (uintmax_t)number);
}

/* An earlier process may have made a file shorter than it surely is on the disk. */
static off_t longest(const struct stat *status)
{
	char path[PATH_MAX];
	struct stat shadow;
	shadow_path(status->st_ino, path);
	return stat(path, &shadow) == 0 && shadow.st_size > status->st_size ? shadow.st_size
									    : status->st_size;
}

static struct file *find(int fd, const struct stat *status)
{
	for (size_t i = 0; i < file_count; i++)
		if (files[i].number == status->st_ino)
			return &files[i];
	if (!is_watched(fd))
		return NULL;
	must(file_count < FILES_MAX, "too many files");
	struct file *file = &files[file_count++];
	*file = (struct file){.number = status->st_ino, .flushing = PTHREAD_MUTEX_INITIALIZER};
	mark(file, 0, longest(status));
	return file;
}

/* NULL: it is none of ours. errno is as it was. */
static struct file *file_of(int fd)
{
	struct stat status;
	int before = errno;
	struct file *file = NULL;
	if (watched[0] && fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
		pthread_mutex_lock(&lock);
		file = find(fd, &status);
		pthread_mutex_unlock(&lock);
	}
	errno = before;
	return file;
}

static void mark_written(struct file *file, off_t from, off_t to)
{
	pthread_mutex_lock(&lock);
	mark(file, from, to);
	pthread_mutex_unlock(&lock);
}

static off_t length_of(int fd)
{
	struct stat status;
	must(fstat(fd, &status) == 0, "fstat");
	return status.st_size;
}

/* ---- what reaches the disk ---- */

static int open_shadow(const struct file *file)
{
	char path[PATH_MAX];
	shadow_path(file->number, path);
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_CLOEXEC, RIGHTS);
	must(fd >= 0, path);
	return fd;
}

static void put(int shadow, const uint8_t *bytes, size_t len, off_t at)
{
	must(syscall(SYS_pwrite64, shadow, bytes, len, at) == (long)len, "a shadow cannot be written");
}

/* Whole pages or parts of them, each with this chance. */
static void put_some(int shadow, const uint8_t *bytes, size_t len, off_t at, unsigned chance)
{
	off_t grain = chance == ALWAYS || roll(2) ? PAGE : SECTOR;
	while (len) {
		size_t to_edge = (size_t)(grain - at % grain), piece = len < to_edge ? len : to_edge;
		if (chance == ALWAYS || roll(ALWAYS) < chance)
			put(shadow, bytes, piece, at);
		bytes += piece;
		len -= piece;
		at += (off_t)piece;
	}
}

static void arrive(const struct file *file, const struct iovec *parts, size_t len, off_t at, unsigned chance)
{
	int shadow = open_shadow(file);
	for (; len; parts++) {
		size_t part = parts->iov_len < len ? parts->iov_len : len;
		put_some(shadow, parts->iov_base, part, at, chance);
		at += (off_t)part;
		len -= part;
	}
	close(shadow);
}

/* Its pages count as unwritten from here on: what is written meanwhile is for the next flush. */
static size_t take_marks(struct file *file, uint8_t **marks)
{
	pthread_mutex_lock(&lock);
	size_t pages = file->pages;
	*marks = file->written;
	file->written = NULL;
	file->pages = 0;
	pthread_mutex_unlock(&lock);
	return pages;
}

/* The descriptor may be one for writing only. Files with locks by fcntl are never flushed: closing would drop them. */
static struct content take(struct file *file, int fd)
{
	char link[32];
	uint8_t *marks;
	size_t pages = take_marks(file, &marks), count = 0;
	for (size_t i = 0; i < pages; i++)
		count += marks[i];
	struct content content = {.len = length_of(fd), .pages = malloc((count + 1) * sizeof *content.pages)};
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	int reader = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDONLY | O_CLOEXEC);
	must(reader >= 0 && content.pages, link);
	for (size_t i = 0; i < pages; i++) {
		struct page *page = &content.pages[content.count];
		page->at = (off_t)i * PAGE;
		page->len = marks[i] ? pread(reader, page->bytes, PAGE, page->at) : 0;
		content.count += page->len > 0;
	}
	close(reader);
	free(marks);
	return content;
}

static void settle(struct file *file, const struct content *content)
{
	int shadow = open_shadow(file);
	for (size_t i = 0; i < content->count; i++)
		put(shadow, content->pages[i].bytes, (size_t)content->pages[i].len, content->pages[i].at);
	must(syscall(SYS_ftruncate, shadow, content->len) == 0, "a shadow cannot be cut");
	close(shadow);
}

static void give_back(struct file *file, const struct content *content)
{
	for (size_t i = 0; i < content->count; i++)
		mark_written(file, content->pages[i].at, content->pages[i].at + content->pages[i].len);
}

static int flush(int fd, long call)
{
	struct file *file = lies ? NULL : file_of(fd);
	if (!file)
		return (int)syscall(call, fd);
	pthread_mutex_lock(&file->flushing);
	struct content content = take(file, fd);
	wait_for_disk();
	int code = (int)syscall(call, fd), why = errno;
	if (code == 0)
		settle(file, &content);
	else
		give_back(file, &content);
	free(content.pages);
	pthread_mutex_unlock(&file->flushing);
	errno = why;
	return code;
}

/* ---- what is written ---- */

/* AT_OFFSET: where the descriptor stands. */
enum { AT_OFFSET = -1 };

static bool is_synced(int fd, int flags)
{
	return (flags & (RWF_DSYNC | RWF_SYNC)) || (fcntl(fd, F_GETFL) & O_DSYNC);
}

static long write_really(int fd, const struct iovec *parts, int count, off_t at, int flags)
{
	if (at == AT_OFFSET && flags == 0)
		return syscall(SYS_writev, fd, parts, count);
	return syscall(SYS_pwritev2, fd, parts, count, at, 0, flags);
}

/* After the write: a page that is marked before it could be taken by a flush that does not see it. */
static void note(struct file *file, int fd, const struct iovec *parts, size_t len, off_t at, bool synced)
{
	if (at == AT_OFFSET)
		at = lseek(fd, 0, SEEK_CUR) - (off_t)len;
	mark_written(file, at, at + (off_t)len);
	if (synced && !lies)
		arrive(file, parts, len, at, ALWAYS);
	else if (early)
		arrive(file, parts, len, at, early);
}

static ssize_t write_parts(int fd, const struct iovec *parts, int count, off_t at, int flags)
{
	struct file *file = file_of(fd);
	if (!file)
		return write_really(fd, parts, count, at, flags);
	bool synced = is_synced(fd, flags);
	if (synced)
		pthread_mutex_lock(&file->flushing);
	long n = write_really(fd, parts, count, at, flags);
	int why = errno;
	if (synced)
		wait_for_disk();
	if (n > 0)
		note(file, fd, parts, (size_t)n, at, synced);
	if (synced)
		pthread_mutex_unlock(&file->flushing);
	errno = why;
	return n;
}

static ssize_t write_one(int fd, const void *bytes, size_t len, off_t at)
{
	const struct iovec whole = {(void *)(uintptr_t)bytes, len};
	return write_parts(fd, &whole, 1, at, 0);
}

/* What lay behind the new end reads as zeros if the file grows again. */
static int cut(int fd, off_t len)
{
	struct file *file = file_of(fd);
	off_t before = file ? length_of(fd) : 0;
	int code = (int)syscall(SYS_ftruncate, fd, len);
	if (file && code == 0 && before > len)
		mark_written(file, len, before);
	return code;
}

static int allocate(int fd, int mode, off_t at, off_t len)
{
	struct file *file = file_of(fd);
	int code = (int)syscall(SYS_fallocate, fd, mode, at, len);
	if (file && code == 0 && mode & ~FALLOC_FL_KEEP_SIZE)
		mark_written(file, at, length_of(fd));
	return code;
}

/* A file that is new, though another one with its number may have been there before. */
static void begin_anew(struct file *file)
{
	char path[PATH_MAX];
	pthread_mutex_lock(&lock);
	file->pages = 0;
	pthread_mutex_unlock(&lock);
	shadow_path(file->number, path);
	must(syscall(SYS_unlinkat, AT_FDCWD, path, 0) == 0 || errno == ENOENT, path);
}

static int open_in(int folder, const char *path, int flags, mode_t mode)
{
	struct stat before;
	bool may_change = watched[0] && flags & (O_CREAT | O_TRUNC);
	bool was_there = may_change && fstatat(folder, path, &before, 0) == 0;
	int fd = (int)syscall(SYS_openat, folder, path, flags, mode), why = errno;
	struct file *file = fd >= 0 && may_change ? file_of(fd) : NULL;
	if (file && !was_there)
		begin_anew(file);
	else if (file && flags & O_TRUNC)
		mark_written(file, 0, before.st_size);
	errno = why;
	return fd;
}

/* ---- the calls ---- */

int fdatasync(int fd)
{
	return flush(fd, SYS_fdatasync);
}

int fsync(int fd)
{
	return flush(fd, SYS_fsync);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
	return write_one(fd, bytes, len, AT_OFFSET);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	return write_parts(fd, parts, count, AT_OFFSET, 0);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	return write_one(fd, bytes, len, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
	return write_one(fd, bytes, len, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
	return write_parts(fd, parts, count, at, 0);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at)
{
	return write_parts(fd, parts, count, at, 0);
}

ssize_t pwritev2(int fd, const struct iovec *parts, int count, off_t at, int flags)
{
	return write_parts(fd, parts, count, at, flags);
}

ssize_t pwritev64v2(int fd, const struct iovec *parts, int count, off64_t at, int flags)
{
	return write_parts(fd, parts, count, at, flags);
}

int ftruncate(int fd, off_t len)
{
	return cut(fd, len);
}

int ftruncate64(int fd, off64_t len)
{
	return cut(fd, len);
}

int fallocate(int fd, int mode, off_t at, off_t len)
{
	return allocate(fd, mode, at, len);
}

int fallocate64(int fd, int mode, off64_t at, off64_t len)
{
	return allocate(fd, mode, at, len);
}

static mode_t mode_in(va_list more, int flags)
{
	return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(more, mode_t) : 0;
}

#define DEFINE_OPEN(name)                                    \
	int name(const char *path, int flags, ...)           \
	{                                                    \
		va_list more;                                \
		va_start(more, flags);                       \
		mode_t mode = mode_in(more, flags);          \
		va_end(more);                                \
		return open_in(AT_FDCWD, path, flags, mode); \
	}

#define DEFINE_OPENAT(name)                                    \
	int name(int folder, const char *path, int flags, ...) \
	{                                                      \
		va_list more;                                  \
		va_start(more, flags);                         \
		mode_t mode = mode_in(more, flags);            \
		va_end(more);                                  \
		return open_in(folder, path, flags, mode);     \
	}

DEFINE_OPEN(open)
DEFINE_OPEN(open64)
DEFINE_OPENAT(openat)
DEFINE_OPENAT(openat64)
