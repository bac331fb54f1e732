/* SPDX-License-Identifier: Apache-2.0 */
/* Mails left in a directory. */
#include "server/deliver/maildir.h"

#include "base/buf.h"
#include "server/env/conf.h"
#include "tests/support/temp_dir.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static struct letter letter_of(const char *id)
{
	return (struct letter){.id = id,
		.from = "a@b.example",
		.to = "c@d.example",
		.message = SPAN_LIT("To: c\r\n\r\nHello\r\n")};
}

static size_t count_files(const char *path, const char *folder)
{
	char name[256];
	size_t count = 0;
	snprintf(name, sizeof name, "%s/%s", path, folder);
	DIR *dir = opendir(name);
	cr_assert(dir != NULL);
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

struct folder {
	struct temp_dir dir;
	char path[128];
	struct maildir *maildir;
};

static void folder_done(struct folder *folder)
{
	maildir_close(folder->maildir);
	temp_dir_done(&folder->dir);
}

static void make_folder(struct folder *folder)
{
	folder->dir = temp_dir_make();
	snprintf(folder->path, sizeof folder->path, "%s/mails", folder->dir.path);
	cr_assert(!err_failed(maildir_open(folder->path, &folder->maildir)));
}

Test(maildir, a_mail_is_one_whole_file_in_new)
{
	scoped(folder) folder = {0};
	scoped(buf) content = BUF(4096);
	char name[256];
	struct stat stat_of;
	make_folder(&folder);
	struct letter letter = letter_of("00ff");
	cr_assert(maildir_send(folder.maildir, &letter).fate == LETTER_ACCEPTED);
	cr_assert(count_files(folder.path, "new") == 1 && count_files(folder.path, "tmp") == 0);
	snprintf(name, sizeof name, "%s/new/00ff.muniment", folder.path);
	cr_assert(!err_failed(conf_read_file(name, &content)));
	cr_assert(span_is(buf_span(&content), "To: c\n\nHello\n"));
	cr_assert(stat(name, &stat_of) == 0 && (stat_of.st_mode & 0777) == 0600);
	cr_assert(stat(folder.path, &stat_of) == 0 && (stat_of.st_mode & 0777) == 0700);
}

Test(maildir, two_mails_are_two_files_and_one_twice_is_one)
{
	scoped(folder) folder = {0};
	make_folder(&folder);
	struct letter first = letter_of("01");
	struct letter second = letter_of("02");
	cr_assert(maildir_send(folder.maildir, &first).fate == LETTER_ACCEPTED);
	cr_assert(maildir_send(folder.maildir, &second).fate == LETTER_ACCEPTED);
	cr_assert(maildir_send(folder.maildir, &second).fate == LETTER_ACCEPTED);
	cr_assert(count_files(folder.path, "new") == 2);
}

Test(maildir, an_existing_folder_is_taken)
{
	scoped(folder) folder = {0};
	struct maildir *again = NULL;
	make_folder(&folder);
	cr_assert(!err_failed(maildir_open(folder.path, &again)));
	maildir_close(again);
}

Test(maildir, a_folder_that_can_not_be_made_is_refused)
{
	struct maildir *maildir = NULL;
	cr_assert(maildir_open("/nowhere/at/all", &maildir).kind == ERR_IO && maildir == NULL);
	maildir_close(NULL);
}

Test(maildir, a_folder_that_is_gone_means_later)
{
	scoped(folder) folder = {0};
	char name[256];
	make_folder(&folder);
	snprintf(name, sizeof name, "%s/tmp", folder.path);
	cr_assert(rmdir(name) == 0);
	struct letter letter = letter_of("03");
	struct letter_answer answer = maildir_send(folder.maildir, &letter);
	cr_assert(answer.fate == LETTER_LATER && answer.err.kind == ERR_IO);
	cr_assert(count_files(folder.path, "new") == 0);
}

Test(maildir, an_id_never_leaves_the_folder)
{
	scoped(folder) folder = {0};
	make_folder(&folder);
	struct letter letter = letter_of("../../x");
	cr_assert(maildir_send(folder.maildir, &letter).fate != LETTER_ACCEPTED);
	cr_assert(count_files(folder.path, "new") == 0);
}
