/* SPDX-License-Identifier: Apache-2.0 */
/* keyfile - make and read the key file. */
#include "server/keyfile.h"

#include "base/text.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "server/env/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { KEYFILE_MAX = 256 };

static const struct span MAGIC = {(const uint8_t *)"muniment-key-1 ", 15};

static fallible write_line(int fd, struct span line)
{
	ssize_t n = write(fd, line.at, line.len);
	if (n != (ssize_t)line.len)
		return n >= 0 || err_is_full(errno) ? FAIL(FULL, "the disk has no room for the key file")
						    : FAIL(IO, "the key file cannot be written");
	return fsync(fd) == 0 ? OK : FAIL(IO, "the key file cannot be synced");
}

fallible keyfile_make(const char *path, uint8_t secret[static SLOT_SECRET])
{
	scoped(buf) line = BUF(KEYFILE_MAX);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? FAIL(CONFLICT, "there is a key file already")
				       : FAIL(IO, "the key file cannot be made");
	random_fill(secret, SLOT_SECRET);
	buf_put(&line, MAGIC);
	text_put_base64(&line, span_of(secret, SLOT_SECRET));
	buf_put_text(&line, "\n");
	struct err err = buf_check(&line);
	if (!err_failed(err))
		err = write_line(fd, buf_span(&line));
	close(fd);
	secret_wipe(line.data, line.len);
	/* Half a key opens nothing, and would stand in the way of the next try. */
	if (err_failed(err))
		unlink(path);
	return err;
}

static fallible parse(struct span content, uint8_t secret[static SLOT_SECRET])
{
	scoped(buf) bytes = BUF(KEYFILE_MAX);
	struct span line = SPAN_NONE;
	struct err err = FAIL(CORRUPT, "the key file is not in a known form");
	span_cut(&content, '\n', &line);
	if (span_starts(line, MAGIC) && !err_failed(text_parse_base64(span_from(line, MAGIC.len), &bytes)) &&
		bytes.len == SLOT_SECRET) {
		memcpy(secret, bytes.data, SLOT_SECRET);
		err = OK;
	}
	if (bytes.data)
		secret_wipe(bytes.data, bytes.len);
	return err;
}

/* What was read is gone from memory, whatever it was. */
static fallible parse_and_wipe(struct buf *content, uint8_t secret[static SLOT_SECRET])
{
	struct err err = parse(buf_span(content), secret);
	if (content->data)
		secret_wipe(content->data, content->len);
	return err;
}

fallible keyfile_read(const char *path, uint8_t secret[static SLOT_SECRET])
{
	scoped(buf) content = BUF(KEYFILE_MAX);
	struct err err = conf_read_private(path, &content);
	if (err.kind == ERR_DENIED)
		return FAIL(DENIED, "the key file can be read by others than its owner: chmod 600 it");
	if (err.kind == ERR_NOT_FOUND)
		return FAIL(NOT_FOUND, "there is no key file: name it with --key-file");
	if (err.kind == ERR_INPUT)
		return FAIL(INPUT, "the key file is a directory, a FIFO or a device: it has to be a file");
	if (err.kind == ERR_TOO_LARGE)
		return FAIL(CORRUPT, "the key file is not in a known form");
	if (err.kind == ERR_IO)
		return FAIL(IO, "the key file can't be read");
	TRY(err);
	return parse_and_wipe(&content, secret);
}

fallible keyfile_read_credential(const char *path, uint8_t secret[static SLOT_SECRET])
{
	scoped(buf) content = BUF(KEYFILE_MAX);
	struct err err = conf_read_file(path, &content);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL(NOT_FOUND, "systemd passed no credential muniment-unseal");
	TRY(err);
	return parse_and_wipe(&content, secret);
}
