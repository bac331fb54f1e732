/* SPDX-License-Identifier: Apache-2.0 */
/* Files line by line: long ones, cut ones, and what is no file. */
#include "cli/lines.h"

#include "tests/support/temp_dir.h"

#include <criterion/criterion.h>

#include <stdio.h>

enum { LONGEST = 100000, PATH_ROOM = 512 };

static void write_file(const struct temp_dir *dir, char path[static PATH_ROOM], struct span content)
{
	snprintf(path, PATH_ROOM, "%s/file", dir->path);
	FILE *file = fopen(path, "wb");
	cr_assert(file && (content.len == 0 || fwrite(content.at, content.len, 1, file) == 1));
	fclose(file);
}

Test(lines, come_one_by_one_with_the_hash_of_the_whole)
{
	struct temp_dir dir = temp_dir_make();
	char path[PATH_ROOM];
	scoped(buf) content = BUF(4 * 1024 * 1024);
	scoped(lines) lines = LINES;
	uint8_t whole[HASH_SHA256], read[HASH_SHA256];
	struct span line;
	bool more;
	/* From nothing to far longer than a block, so that lines end everywhere in one. */
	for (size_t len = 0; len < LONGEST; len = len * 3 / 2 + 1) {
		uint8_t *room = buf_room(&content, len);
		memset(room, 'x', len);
		buf_put_text(&content, "\n");
	}
	write_file(&dir, path, buf_span(&content));
	cr_assert(!err_failed(lines_open(path, LONGEST, &lines)));
	for (size_t len = 0; len < LONGEST; len = len * 3 / 2 + 1)
		cr_assert(
			!err_failed(lines_next(&lines, &line, &more)) && more && line.len == len, "%zu", len);
	cr_assert(!err_failed(lines_next(&lines, &line, &more)) && !more);
	hash_sha256(buf_span(&content), whole);
	lines_digest(&lines, read);
	cr_assert(memcmp(whole, read, sizeof whole) == 0);
	temp_dir_done(&dir);
}

Test(lines, say_when_the_last_one_was_cut)
{
	struct temp_dir dir = temp_dir_make();
	char path[PATH_ROOM];
	scoped(lines) lines = LINES;
	struct span line;
	bool more;
	write_file(&dir, path, SPAN_LIT("one\ntw"));
	cr_assert(!err_failed(lines_open(path, 10, &lines)));
	cr_assert(!err_failed(lines_next(&lines, &line, &more)) && span_is(line, "one"));
	cr_assert(lines_next(&lines, &line, &more).kind == ERR_INPUT);
	temp_dir_done(&dir);
}

Test(lines, refuse_one_that_never_ends)
{
	struct temp_dir dir = temp_dir_make();
	char path[PATH_ROOM];
	scoped(buf) content = BUF(LONGEST * 4);
	scoped(lines) lines = LINES;
	struct span line;
	bool more;
	memset(buf_room(&content, LONGEST * 3), 'x', LONGEST * 3);
	write_file(&dir, path, buf_span(&content));
	cr_assert(!err_failed(lines_open(path, 1000, &lines)));
	cr_assert(lines_next(&lines, &line, &more).kind == ERR_TOO_LARGE);
	temp_dir_done(&dir);
}

Test(lines, are_those_of_regular_files)
{
	struct temp_dir dir = temp_dir_make();
	struct lines lines = LINES;
	cr_assert(lines_open("/nowhere/at/all", 10, &lines).kind == ERR_NOT_FOUND);
	cr_assert(lines_open(dir.path, 10, &lines).kind == ERR_IO);
	cr_assert(lines_open("/dev/null", 10, &lines).kind == ERR_IO);
	temp_dir_done(&dir);
}
