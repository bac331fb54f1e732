/* SPDX-License-Identifier: Apache-2.0 */
/* maildir - written in tmp/, synced, renamed into new/. */
#include "server/deliver/maildir.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PRIVATE = 0700, PRIVATE_FILE = 0600, NAME_MAX_BYTES = 128 };

struct maildir {
	int tmp;
	int new;
};

static fallible open_folder(int at, const char *name, int *folder)
{
	if (mkdirat(at, name, PRIVATE) != 0 && errno != EEXIST)
		return FAIL(IO, "a folder of mails can't be made");
	int opened = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (opened < 0)
		return FAIL(IO, "a folder of mails can't be opened");
	*folder = opened;
	return OK;
}

static void close_folder(int *folder)
{
	if (*folder >= 0)
		close(*folder);
	*folder = -1;
}

static fallible open_folders(const char *path, struct maildir *maildir)
{
	int root = -1;
	int cur = -1;
	TRY(open_folder(AT_FDCWD, path, &root));
	struct err err = open_folder(root, "tmp", &maildir->tmp);
	if (!err_failed(err))
		err = open_folder(root, "new", &maildir->new);
	if (!err_failed(err))
		err = open_folder(root, "cur", &cur);
	close_folder(&cur);
	close_folder(&root);
	return err;
}

fallible maildir_open(const char *path, struct maildir **maildir)
{
	struct maildir *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for a folder of mails");
	*made = (struct maildir){-1, -1};
	struct err err = open_folders(path, made);
	if (err_failed(err))
		maildir_close(made);
	else
		*maildir = made;
	return err;
}

void maildir_close(struct maildir *maildir)
{
	if (!maildir)
		return;
	close_folder(&maildir->tmp);
	close_folder(&maildir->new);
	free(maildir);
}

/* ---- one mail ---- */

static fallible write_all(int file, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t wrote = write(file, bytes.at, bytes.len);
		if (wrote < 0 && errno != EINTR)
			return FAIL(IO, "a mail can't be written");
		bytes = span_from(bytes, wrote > 0 ? (size_t)wrote : 0);
	}
	return fsync(file) == 0 ? OK : FAIL(IO, "a mail can't be made durable");
}

/* Every CR of a rendered mail stands before an LF. */
static void put_lines(struct buf *out, struct span message)
{
	struct span piece;
	while (span_cut(&message, '\r', &piece))
		buf_put(out, piece);
}

static fallible write_file(const struct maildir *maildir, const char *name, struct span content)
{
	int file = openat(
		maildir->tmp, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, PRIVATE_FILE);
	if (file < 0)
		return FAIL(IO, "a mail can't be made");
	struct err err = write_all(file, content);
	if (close(file) != 0 && !err_failed(err))
		err = FAIL(IO, "a mail can't be written");
	if (err_failed(err))
		unlinkat(maildir->tmp, name, 0);
	return err;
}

static fallible leave(const struct maildir *maildir, const struct letter *letter)
{
	char name[NAME_MAX_BYTES];
	scoped(buf) content = BUF(LETTER_MAX);
	int len = snprintf(name, sizeof name, "%s.muniment", letter->id);
	if (len < 0 || (size_t)len >= sizeof name || strpbrk(letter->id, "/:") || letter->id[0] == '.')
		return FAIL(INVALID, "a mail's id can't be the name of a file");
	put_lines(&content, letter->message);
	struct err err = buf_check(&content);
	if (!err_failed(err))
		err = write_file(maildir, name, buf_span(&content));
	if (content.data)
		explicit_bzero(content.data, content.cap);
	TRY(err);
	if (renameat(maildir->tmp, name, maildir->new, name) != 0 || fsync(maildir->new) != 0)
		return FAIL(IO, "a mail can't be put into its folder");
	return OK;
}

struct letter_answer maildir_send(void *way, const struct letter *letter)
{
	struct err err = leave(way, letter);
	return (struct letter_answer){err_failed(err) ? LETTER_LATER : LETTER_ACCEPTED, 0, err};
}
