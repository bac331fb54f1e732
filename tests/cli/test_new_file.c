/* SPDX-License-Identifier: Apache-2.0 */
/* test_new_file - a file appears whole or not at all, and never over another. */
#include "cli/new_file.h"

#include "tests/cli/tile_folder.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
	struct tile_folder folder;
	char path[128], aside[136];
};

static void place_init(struct place *place)
{
	place->folder = tile_folder_make(0, 1);
	snprintf(place->path, sizeof place->path, "%s/file", place->folder.path);
	snprintf(place->aside, sizeof place->aside, "%s.part", place->path);
}

static void place_done(struct place *place)
{
	tile_folder_done(&place->folder);
}

static bool holds(const struct place *place, const char *name, const char *expected)
{
	scoped(buf) content = BUF(1024);
	tile_folder_read(&place->folder, name, &content);
	return span_is(buf_span(&content), expected);
}

Test(new_file, it_has_its_name_once_it_is_kept)
{
	scoped(place) place;
	scoped(new_file) file = NEW_FILE;
	struct stat facts;
	place_init(&place);
	cr_assert(!err_failed(new_file_open(place.path, &file)), "opened");
	cr_assert(!err_failed(new_file_put(&file, SPAN_LIT("rows"))), "written");
	cr_assert(access(place.path, F_OK) != 0 && access(place.aside, F_OK) == 0, "aside");
	cr_assert(!err_failed(new_file_keep(&file)), "kept");
	cr_assert(access(place.aside, F_OK) != 0 && holds(&place, "file", "rows"), "whole");
	cr_assert(stat(place.path, &facts) == 0 && (facts.st_mode & 0777) == 0600, "for its owner alone");
}

Test(new_file, one_that_is_there_stays_as_it_is)
{
	scoped(place) place;
	place_init(&place);
	tile_folder_write(&place.folder, "file", SPAN_LIT("old"));
	cr_assert(new_file_write(place.path, SPAN_LIT("new")).kind == ERR_CONFLICT, "refused");
	cr_assert(holds(&place, "file", "old"), "untouched");
}

Test(new_file, a_dash_is_no_name)
{
	scoped(new_file) file = NEW_FILE;
	struct stat facts;
	cr_assert(new_file_open("-", &file).kind == ERR_INPUT && lstat("-", &facts) != 0 &&
		lstat("-.part", &facts) != 0);
}

Test(new_file, a_name_that_was_taken_meanwhile_is_left_to_its_owner)
{
	scoped(place) place;
	scoped(new_file) file = NEW_FILE;
	place_init(&place);
	cr_assert(!err_failed(new_file_open(place.path, &file)), "opened");
	tile_folder_write(&place.folder, "file", SPAN_LIT("other"));
	cr_assert(new_file_keep(&file).kind == ERR_CONFLICT, "refused");
	cr_assert(holds(&place, "file", "other"), "untouched");
}

Test(new_file, what_a_broken_run_left_is_written_over)
{
	scoped(place) place;
	place_init(&place);
	tile_folder_write(&place.folder, "file.part", SPAN_LIT("a long broken start"));
	cr_assert(!err_failed(new_file_write(place.path, SPAN_LIT("new"))), "written");
	cr_assert(holds(&place, "file", "new"), "nothing of it is left");
}

Test(new_file, nothing_is_written_through_a_link)
{
	scoped(place) place;
	char target[136];
	place_init(&place);
	snprintf(target, sizeof target, "%s/target", place.folder.path);
	cr_assert(symlink(target, place.aside) == 0, "somebody laid a link");
	cr_assert(new_file_write(place.path, SPAN_LIT("new")).kind == ERR_IO, "refused");
	cr_assert(access(target, F_OK) != 0, "the target was not made");
	cr_assert(new_file_write("", SPAN_LIT("new")).kind == ERR_INPUT, "no name is none");
}

Test(new_file, a_broken_run_leaves_what_it_wrote_aside_and_nothing_if_it_wrote_nothing)
{
	scoped(place) place;
	struct new_file file = NEW_FILE;
	place_init(&place);
	cr_assert(!err_failed(new_file_open(place.path, &file)), "opened");
	new_file_done(&file);
	cr_assert(access(place.aside, F_OK) != 0, "nothing");
	cr_assert(!err_failed(new_file_open(place.path, &file)), "opened again");
	cr_assert(!err_failed(new_file_put(&file, SPAN_LIT("half"))), "written");
	new_file_done(&file);
	cr_assert(holds(&place, "file.part", "half") && access(place.path, F_OK) != 0, "aside");
}
