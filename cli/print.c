/* SPDX-License-Identifier: Apache-2.0 */
/* print - stdio, and a progress line on terminals. */
#include "cli/print.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Clears the line and returns to its start (ECMA-48 EL). */
static const char CLEAR_LINE[] = "\r\x1b[K";

void print_result(const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void print_bytes(struct span bytes)
{
	if (bytes.len > 0)
		fwrite(bytes.at, 1, bytes.len, stdout);
}

bool print_is_terminal(void)
{
	return isatty(STDOUT_FILENO);
}

bool print_apart(posix_spawn_file_actions_t *actions)
{
	if (posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) != 0)
		return false;
	return isatty(STDERR_FILENO) ||
		posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) == 0;
}

size_t print_columns(void)
{
	struct winsize size;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col;
}

static void clear_progress(void)
{
	if (isatty(STDERR_FILENO))
		fputs(CLEAR_LINE, stderr);
}

void print_complaint(const char *format, ...)
{
	va_list args;
	/* A failure can come in the middle of a progress line. */
	clear_progress();
	fputs("muniment: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void print_meanwhile(const char *format, ...)
{
	va_list args;
	if (!isatty(STDERR_FILENO))
		return;
	/* What stands on standard output already comes first, when both are one terminal. */
	fflush(stdout);
	fputs(CLEAR_LINE, stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fflush(stderr);
}

void print_progress(void *context, uint64_t done, uint64_t total)
{
	(void)context;
	if (done < total)
		print_meanwhile("%llu of %llu entries", (unsigned long long)done, (unsigned long long)total);
	else
		print_meanwhile("%s", "");
}

void print_silence_begin(struct print_silence *silence)
{
	fflush(stderr);
	silence->kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (nowhere < 0)
		close(STDERR_FILENO); /* as silent */
	else if (nowhere != STDERR_FILENO && dup2(nowhere, STDERR_FILENO) >= 0)
		close(nowhere);
}

void print_silence_done(struct print_silence *silence)
{
	fflush(stderr);
	if (silence->kept < 0)
		return;
	dup2(silence->kept, STDERR_FILENO);
	close(silence->kept);
}

fallible print_flush(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return FAIL(IO, "standard output cannot be written");
	return OK;
}
