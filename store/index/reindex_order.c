/* SPDX-License-Identifier: Apache-2.0 */
/* reindex_order - write, read and remove two small files. */
#include "store/index/reindex_order.h"

#include "base/span.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ORDER_PATH = 4096, ORDER_TEXT = 256, FILE_MODE = 0600 };

static const char WANTED[] = "reindex.wanted", PROGRESS[] = "reindex.progress",
		  ASIDE[] = "reindex.progress.new";
static const char WORDLESS[] = "there was no room left to say why: the server's journal has it";

static fallible make_path(const char *directory, const char *name, char path[static ORDER_PATH])
{
	if (snprintf(path, ORDER_PATH, "%s/%s", directory, name) >= ORDER_PATH)
		return FAIL(INPUT, "the path of the data directory is too long");
	return OK;
}

static fallible drop(const char *directory, const char *name)
{
	char path[ORDER_PATH];
	TRY(make_path(directory, name, path));
	if (unlink(path) != 0 && errno != ENOENT)
		return FAIL(IO, "a file about the new index cannot be removed");
	return OK;
}

static fallible sync_directory(const char *directory)
{
	int opened = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (opened < 0)
		return FAIL(IO, "the data directory cannot be opened");
	int synced = fsync(opened);
	close(opened);
	return synced == 0 ? OK : FAIL(IO, "the request for a new index may not be durable");
}

fallible reindex_order_put(const char *directory)
{
	char path[ORDER_PATH];
	TRY(make_path(directory, WANTED, path));
	if (!reindex_order_stands(directory))
		TRY(drop(directory, PROGRESS));
	int made = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, FILE_MODE);
	if (made < 0)
		return FAIL(IO, "a new index cannot be asked for in the data directory");
	close(made);
	return sync_directory(directory);
}

bool reindex_order_stands(const char *directory)
{
	char path[ORDER_PATH];
	return !err_failed(make_path(directory, WANTED, path)) && access(path, F_OK) == 0;
}

/* Renamed, so that a reader has the one before or this one. It need not be durable. */
static fallible write_progress(const char *directory, const char *text)
{
	char aside[ORDER_PATH], path[ORDER_PATH];
	TRY(make_path(directory, ASIDE, aside));
	TRY(make_path(directory, PROGRESS, path));
	int made = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
	if (made < 0)
		return FAIL(IO, "how far the new index is cannot be written");
	size_t length = strlen(text);
	ssize_t written = write(made, text, length);
	close(made);
	if (written == (ssize_t)length && rename(aside, path) == 0)
		return OK;
	(void)unlink(aside); /* or it stays, in nobody's way */
	return FAIL(IO, "how far the new index is cannot be written");
}

/* The order, which is empty, becomes what is said: that takes no room. */
static fallible fail_wordless(const char *directory)
{
	char wanted[ORDER_PATH], path[ORDER_PATH];
	TRY(make_path(directory, WANTED, wanted));
	TRY(make_path(directory, PROGRESS, path));
	if (rename(wanted, path) != 0 && errno != ENOENT)
		return FAIL(IO, "that the new index failed cannot be written");
	return OK;
}

void reindex_order_say(const char *directory, uint64_t done, uint64_t all)
{
	char text[ORDER_TEXT];
	snprintf(text, sizeof text, "%llu %llu\n", (unsigned long long)done, (unsigned long long)all);
	IGNORE(write_progress(directory, text));
}

fallible reindex_order_end(const char *directory, const char *why)
{
	char text[ORDER_TEXT];
	if (!why)
		return drop(directory, WANTED);
	snprintf(text, sizeof text, "failed %.*s\n", REINDEX_ORDER_WHY - 1, why);
	struct err said = write_progress(directory, text);
	if (err_failed(said))
		TRY(fail_wordless(directory));
	return drop(directory, WANTED);
}

/* ---- reading ---- */

static fallible read_text(const char *path, char text[static ORDER_TEXT], struct span *read_text)
{
	int opened = open(path, O_RDONLY | O_CLOEXEC);
	if (opened < 0)
		return errno == ENOENT ? FAIL(NOT_FOUND, "nothing is said of a new index yet")
				       : FAIL(IO, "how far the new index is cannot be read");
	ssize_t length = read(opened, text, ORDER_TEXT);
	close(opened);
	if (length < 0)
		return FAIL(IO, "how far the new index is cannot be read");
	*read_text = span_of(text, (size_t)length);
	return OK;
}

fallible reindex_order_read(const char *directory, struct reindex_progress *progress)
{
	char path[ORDER_PATH], text[ORDER_TEXT];
	struct span rest, first, line;
	struct reindex_progress read = {0};
	TRY(make_path(directory, PROGRESS, path));
	TRY(read_text(path, text, &rest));
	if (rest.len == 0) {
		snprintf(read.why, sizeof read.why, "%s", WORDLESS);
		*progress = read;
		return OK;
	}
	if (!span_cut(&rest, '\n', &line) || !span_cut(&line, ' ', &first))
		return FAIL(CORRUPT, "what is said of the new index is in no known form");
	if (span_is(first, "failed") && line.len > 0)
		snprintf(read.why, sizeof read.why, "%.*s", (int)line.len, (const char *)line.at);
	else if (!span_number(first, INT64_MAX, &read.done) || !span_number(line, INT64_MAX, &read.all))
		return FAIL(CORRUPT, "what is said of the new index is in no known form");
	*progress = read;
	return OK;
}

fallible reindex_order_drop(const char *directory)
{
	TRY(drop(directory, WANTED));
	TRY(drop(directory, ASIDE));
	return drop(directory, PROGRESS);
}
