/* SPDX-License-Identifier: Apache-2.0 */
/* moved_clock - preloaded into a server, it shows the time of day as many milliseconds ahead as a file says: a story
 * moves that clock while the server runs. The number is read whole or not at all, by any number of threads; the
 * monotonic clock stays what it is. */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const _Atomic int64_t *ahead_ms;

__attribute__((constructor)) static void map_file(void)
{
	const char *path = getenv("MOVED_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *ahead_ms, PROT_READ, MAP_SHARED, fd, 0);
	if (mapped == MAP_FAILED)
		abort();
	close(fd);
	ahead_ms = mapped;
}

int clock_gettime(clockid_t which, struct timespec *shown)
{
	int result = (int)syscall(SYS_clock_gettime, which, shown);
	if (result != 0 || which != CLOCK_REALTIME || !ahead_ms)
		return result;
	int64_t ms = atomic_load(ahead_ms);
	int64_t ns = shown->tv_nsec + ms % 1000 * 1000000;
	shown->tv_sec += ms / 1000 + ns / 1000000000 - (ns < 0);
	shown->tv_nsec = (ns % 1000000000 + 1000000000) % 1000000000;
	return 0;
}
