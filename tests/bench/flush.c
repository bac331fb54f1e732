/* SPDX-License-Identifier: Apache-2.0 */
/* flush - append 4 KiB and fdatasync, again and again: flush DIRECTORY SECONDS. Prints one line of JSON. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { PAGE = 4096, RUNS_MAX = 1000 * 1000 };

static double now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *left, const void *right)
{
	const double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
	static uint8_t page[PAGE];
	static double took_us[RUNS_MAX];
	char path[4096];
	size_t count = 0;
	if (argc != 3 || snprintf(path, sizeof path, "%s/flushed", argv[1]) >= (int)sizeof path)
		return 2;
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return 1;
	double start = now_us(), end = start + strtod(argv[2], NULL) * 1e6;
	for (double at = start; at < end && count < RUNS_MAX; count++) {
		double began = at;
		if (write(fd, page, sizeof page) != sizeof page || fdatasync(fd) != 0)
			return 1;
		at = now_us();
		took_us[count] = at - began;
	}
	double seconds = (now_us() - start) / 1e6;
	unlink(path);
	qsort(took_us, count, sizeof took_us[0], compare);
	printf("{\"rps\":%.0f,\"n\":%zu,\"p50_us\":%.0f,\"p99_us\":%.0f}\n", (double)count / seconds, count,
		took_us[count / 2], took_us[count * 99 / 100]);
	return 0;
}
