/* SPDX-License-Identifier: Apache-2.0 */
/* lines - one buffer of the longest line and a block. */
#include "cli/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 64 * 1024 };

fallible lines_open(const char *path, size_t line_max, struct lines *lines)
{
	struct stat facts;
	/* O_NONBLOCK keeps a FIFO in the place of a file from stopping us; regular files ignore it. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? FAIL(NOT_FOUND, "there is no such file")
							   : FAIL(IO, "a file cannot be opened");
	if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
		close(fd);
		return FAIL(IO, "it is not a regular file");
	}
	*lines = (struct lines){.fd = fd, .block = BUF(line_max + 1 + BLOCK)};
	digest_init(&lines->digest);
	return OK;
}

void lines_done(struct lines *lines)
{
	if (lines->fd >= 0)
		close(lines->fd);
	buf_done(&lines->block);
	*lines = LINES;
}

/* What was given out makes room for the next block. */
static void compact(struct lines *lines)
{
	struct buf *block = &lines->block;
	memmove(block->data, block->data + lines->at, block->len - lines->at);
	block->len -= lines->at;
	lines->at = 0;
}

static fallible read_block(struct lines *lines)
{
	struct buf *block = &lines->block;
	if (lines->at > 0)
		compact(lines);
	if (block->len + BLOCK > block->max)
		return FAIL(TOO_LARGE, "a line is longer than any line of such a file");
	uint8_t *room = buf_room(block, BLOCK);
	TRY(buf_check(block));
	block->len -= BLOCK;
	ssize_t count = read(lines->fd, room, BLOCK);
	if (count < 0 && errno != EINTR)
		return FAIL(IO, "a file cannot be read");
	if (count > 0) {
		digest_add(&lines->digest, span_of(room, (size_t)count));
		block->len += (size_t)count;
	}
	lines->ended = count == 0;
	return OK;
}

static const uint8_t *find_end(const struct lines *lines, size_t from)
{
	size_t left = lines->block.len - from;
	return left ? memchr(lines->block.data + from, '\n', left) : NULL;
}

fallible lines_next(struct lines *lines, struct span *line, bool *more)
{
	size_t looked = lines->at;
	const uint8_t *end;
	while (!(end = find_end(lines, looked)) && !lines->ended) {
		looked = lines->block.len - lines->at;
		TRY(read_block(lines));
	}
	*more = end != NULL;
	if (!end && lines->at < lines->block.len)
		return FAIL(INPUT, "its last line has no end: it was cut");
	if (!end)
		return OK;
	const uint8_t *begin = lines->block.data + lines->at;
	*line = span_of(begin, (size_t)(end - begin));
	lines->at += line->len + 1;
	lines->number++;
	return OK;
}

void lines_digest(struct lines *lines, uint8_t out[static HASH_SHA256])
{
	digest_end(&lines->digest, out);
}
