/* SPDX-License-Identifier: Apache-2.0 */
/* slow_flush - a disk more like real ones: preloaded, it makes each fdatasync and fsync take 2 ms more.
 * LMDB's second flush, of its meta page through a descriptor opened O_DSYNC, stays as quick as it is. */
#include <dlfcn.h>
#include <time.h>
#include <unistd.h>

enum { EXTRA_NS = 2 * 1000 * 1000 };

static void wait_for_disk(void)
{
	nanosleep(&(struct timespec){.tv_nsec = EXTRA_NS}, NULL);
}

int fdatasync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
	int code = real(fd);
	wait_for_disk();
	return code;
}

int fsync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
	int code = real(fd);
	wait_for_disk();
	return code;
}
