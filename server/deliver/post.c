/* SPDX-License-Identifier: Apache-2.0 */
/* post - settings to a way of sending. */
#include "server/deliver/post.h"

#include "server/deliver/maildir.h"
#include "server/deliver/smtp.h"

/* The first line of the file. */
static struct span first_line(struct span content)
{
	struct span line;
	if (!span_cut(&content, '\n', &line))
		return SPAN_NONE;
	if (line.len && line.at[line.len - 1] == '\r')
		line.len--;
	return line;
}

static fallible read_password(const char *path, struct buf *content)
{
	struct err err = path[0] ? conf_read_private(path, content) : OK;
	if (err.kind == ERR_NOT_FOUND)
		return FAIL(NOT_FOUND, "there is no file of smtp.password_file");
	if (err.kind == ERR_DENIED)
		return FAIL(DENIED,
			"the file of smtp.password_file is open to others than its owner: chmod 600 it");
	if (err.kind == ERR_INPUT)
		return FAIL(INPUT,
			"smtp.password_file names a directory, a FIFO or a device: it has to be a file");
	return err.kind == ERR_IO ? FAIL(IO, "the file of smtp.password_file can't be read") : err;
}

static fallible open_smtp(const struct conf *conf, struct smtp **smtp)
{
	scoped(buf) content = BUF(SMTP_PASSWORD_MAX + 2);
	struct smtp_ask ask = {.url = conf->smtp_url,
		.username = conf->smtp_username,
		.ca_file = conf->smtp_ca_file,
		.send_ms = conf->smtp_timeout_ms};
	struct err err = read_password(conf->smtp_password_file, &content);
	ask.password = first_line(buf_span(&content));
	if (!err_failed(err))
		err = smtp_open(&ask, smtp);
	if (content.data)
		explicit_bzero(content.data, content.cap);
	return err;
}

fallible post_open(const struct conf *conf, struct post *post)
{
	struct post made = {.smtp = NULL};
	switch ((enum conf_mail)conf->mail_kind) {
	case CONF_MAIL_NONE:
		break;
	case CONF_MAIL_SMTP:
		TRY(open_smtp(conf, &made.smtp));
		made.way = (struct letter_way){made.smtp, smtp_send};
		break;
	case CONF_MAIL_MAILDIR:
		TRY(maildir_open(conf->mail_maildir, &made.maildir));
		made.way = (struct letter_way){made.maildir, maildir_send};
		break;
	}
	*post = made;
	return OK;
}

void post_done(struct post *post)
{
	smtp_close(post->smtp);
	maildir_close(post->maildir);
	*post = (struct post){.smtp = NULL};
}
