/* SPDX-License-Identifier: Apache-2.0 */
/* dying - preloaded into a server, it counts the changes that are made to files, in the file DIES_COUNT, and kills the
 * process before the one of number DIES_AT: a story knows how far the server came. */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic uint64_t *count;
static uint64_t dies_at;

__attribute__((constructor)) static void map_file(void)
{
	const char *path = getenv("DIES_COUNT"), *at = getenv("DIES_AT");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mapped == MAP_FAILED)
		abort();
	close(fd);
	dies_at = at ? strtoull(at, NULL, 10) : 0;
	count = mapped;
}

static void pass(void)
{
	if (count && atomic_fetch_add(count, 1) + 1 == dies_at)
		kill(getpid(), SIGKILL);
}

ssize_t pwrite(int fd, const void *bytes, size_t len, off_t at)
{
	pass();
	return syscall(SYS_pwrite64, fd, bytes, len, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t len, off64_t at)
{
	pass();
	return syscall(SYS_pwrite64, fd, bytes, len, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int part_count, off_t at)
{
	pass();
	return syscall(SYS_pwritev, fd, parts, part_count, at, 0);
}

int fsync(int fd)
{
	pass();
	return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	pass();
	return (int)syscall(SYS_fdatasync, fd);
}

int ftruncate(int fd, off_t len)
{
	pass();
	return (int)syscall(SYS_ftruncate, fd, len);
}

int rename(const char *from, const char *to)
{
	pass();
	return (int)syscall(SYS_rename, from, to);
}

int unlink(const char *path)
{
	pass();
	return (int)syscall(SYS_unlink, path);
}
