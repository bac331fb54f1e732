/* SPDX-License-Identifier: Apache-2.0 */
/* print - stdio, and a progress line on terminals. */
#include "cli/print.h"

#include <stdarg.h>
#include <stdio.h>
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

void print_progress(void *context, uint64_t done, uint64_t total)
{
	(void)context;
	if (!isatty(STDERR_FILENO))
		return;
	fputs(CLEAR_LINE, stderr);
	if (done < total)
		fprintf(stderr, "%llu of %llu entries", (unsigned long long)done, (unsigned long long)total);
	fflush(stderr);
}

fallible print_flush(void)
{
	if (fflush(stdout) != 0 || ferror(stdout))
		return FAIL(IO, "standard output cannot be written");
	return OK;
}
