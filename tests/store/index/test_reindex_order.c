/* SPDX-License-Identifier: Apache-2.0 */
/* test_reindex_order - an order stands until somebody ends it, and what is said of it is read back. */
#include "store/index/reindex_order.h"

#include "tests/support/temp_dir.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void must(struct err err)
{
	cr_assert(!err_failed(err), "%s", err.why ? err.why : "");
}

static void write_progress(const struct temp_dir *dir, const char *text)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/reindex.progress", dir->path);
	FILE *file = fopen(path, "w");
	cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

Test(reindex_order, stands_from_when_it_is_put_until_it_is_ended)
{
	scoped(temp_dir) dir = temp_dir_make();
	cr_assert(!reindex_order_stands(dir.path));
	must(reindex_order_put(dir.path));
	must(reindex_order_put(dir.path));
	cr_assert(reindex_order_stands(dir.path));
	must(reindex_order_end(dir.path, NULL));
	cr_assert(!reindex_order_stands(dir.path));
	must(reindex_order_end(dir.path, NULL));
}

Test(reindex_order, says_how_far_it_is)
{
	struct reindex_progress progress = {.done = 7};
	scoped(temp_dir) dir = temp_dir_make();
	must(reindex_order_put(dir.path));
	cr_assert(reindex_order_read(dir.path, &progress).kind == ERR_NOT_FOUND && progress.done == 7);
	reindex_order_say(dir.path, 0, 20);
	reindex_order_say(dir.path, 12, 20);
	must(reindex_order_read(dir.path, &progress));
	cr_assert(progress.done == 12 && progress.all == 20 && progress.why[0] == '\0');
}

Test(reindex_order, says_why_it_failed_until_it_is_asked_for_again)
{
	struct reindex_progress progress;
	scoped(temp_dir) dir = temp_dir_make();
	must(reindex_order_put(dir.path));
	must(reindex_order_end(dir.path, "the disk has no room for the database"));
	must(reindex_order_read(dir.path, &progress));
	cr_assert(strcmp(progress.why, "the disk has no room for the database") == 0);
	must(reindex_order_put(dir.path));
	cr_assert(reindex_order_read(dir.path, &progress).kind == ERR_NOT_FOUND, "that was another time");
}

/* A directory where the text would be written: like a disk without room, it takes none. */
Test(reindex_order, says_that_it_failed_where_nothing_can_be_written)
{
	struct reindex_progress progress = {.why = ""};
	char aside[4096];
	scoped(temp_dir) dir = temp_dir_make();
	must(reindex_order_put(dir.path));
	reindex_order_say(dir.path, 12, 20);
	snprintf(aside, sizeof aside, "%s/reindex.progress.new", dir.path);
	cr_assert(mkdir(aside, 0700) == 0);
	must(reindex_order_end(dir.path, "the disk has no room for the database"));
	cr_assert(!reindex_order_stands(dir.path));
	must(reindex_order_read(dir.path, &progress));
	cr_assert(
		progress.why[0] != '\0' && progress.done == 0, "it does not look like an end that went well");
	must(reindex_order_end(dir.path, "whoever ended it already"));
	cr_assert(rmdir(aside) == 0);
	must(reindex_order_put(dir.path));
	cr_assert(reindex_order_read(dir.path, &progress).kind == ERR_NOT_FOUND, "that was another time");
}

Test(reindex_order, cuts_a_reason_that_is_too_long)
{
	char why[2 * REINDEX_ORDER_WHY];
	struct reindex_progress progress;
	scoped(temp_dir) dir = temp_dir_make();
	memset(why, 'x', sizeof why - 1);
	why[sizeof why - 1] = '\0';
	must(reindex_order_put(dir.path));
	must(reindex_order_end(dir.path, why));
	must(reindex_order_read(dir.path, &progress));
	cr_assert(strlen(progress.why) == REINDEX_ORDER_WHY - 1);
}

Test(reindex_order, takes_nothing_else_for_what_was_said)
{
	static const char *const OTHERS[] = {"\n", "12", "12\n", "12 \n", "a b\n", "-1 5\n", "1 2 3\n",
		"01 2\n", "failed", "99999999999999999999 1\n", "FAILED why\n"};
	struct reindex_progress progress = {.done = 7};
	scoped(temp_dir) dir = temp_dir_make();
	for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
		write_progress(&dir, OTHERS[i]);
		cr_assert(reindex_order_read(dir.path, &progress).kind == ERR_CORRUPT, "number %zu", i);
	}
	cr_assert(progress.done == 7);
}

Test(reindex_order, is_dropped_with_all_that_was_said)
{
	struct reindex_progress progress;
	scoped(temp_dir) dir = temp_dir_make();
	must(reindex_order_put(dir.path));
	reindex_order_say(dir.path, 1, 2);
	must(reindex_order_drop(dir.path));
	cr_assert(!reindex_order_stands(dir.path));
	cr_assert(reindex_order_read(dir.path, &progress).kind == ERR_NOT_FOUND);
	must(reindex_order_drop(dir.path));
}

Test(reindex_order, cannot_be_put_where_there_is_no_directory)
{
	cr_assert(reindex_order_put("/nonexistent/of/muniment").kind == ERR_IO);
	cr_assert(!reindex_order_stands("/nonexistent/of/muniment"));
}
