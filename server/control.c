/* SPDX-License-Identifier: Apache-2.0 */
/* control - one talk at a time, each with its deadline. */
#include "server/control.h"

#include "base/clock.h"
#include "crypto/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 8, PIECE = 512 };

static const char NAME[] = "control";

/* ---- where it is ---- */

/* A path through the open folder: that of the store itself may be longer than an address takes. */
static struct sockaddr_un address_in(int folder)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder, NAME);
	return address;
}

static fallible open_folder(const char *directory, int *folder)
{
	int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return FAIL(NOT_FOUND, "there is no store in this directory: make one with munimentd init");
	*folder = fd;
	return OK;
}

static fallible open_socket(int *fd)
{
	int opened = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (opened < 0)
		return FAIL(IO, "a local socket cannot be made");
	*fd = opened;
	return OK;
}

/* ---- the server's end ---- */

/* The mode is set before there is a name, so that nobody comes in between. */
static bool listen_in(int folder, int fd)
{
	struct sockaddr_un address = address_in(folder);
	if (unlinkat(folder, NAME, 0) != 0 && errno != ENOENT)
		return false;
	return fchmod(fd, 0600) == 0 && bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
		listen(fd, BACKLOG) == 0;
}

fallible control_open(const char *directory, struct control *control)
{
	int folder, fd;
	TRY(open_folder(directory, &folder));
	struct err err = open_socket(&fd);
	if (err_failed(err)) {
		close(folder);
		return err;
	}
	*control = (struct control){.folder = folder + 1, .listener = fd + 1};
	if (listen_in(folder, fd))
		return OK;
	control_close(control);
	return FAIL(IO, "the local socket in the data directory cannot be listened on");
}

void control_close(struct control *control)
{
	if (control->listener)
		close(control->listener - 1);
	if (control->folder) {
		(void)unlinkat(control->folder - 1, NAME, 0);
		close(control->folder - 1);
	}
	*control = (struct control){0};
}

static fallible wait_for(int fd, short what, int64_t until_ms)
{
	struct pollfd ready = {.fd = fd, .events = what};
	int64_t left_ms = until_ms - clock_monotonic_ms();
	int found = left_ms > 0 ? poll(&ready, 1, (int)left_ms) : 0;
	if (found < 0)
		return errno == EINTR ? OK : FAIL(IO, "a local socket cannot be waited for");
	return found > 0 ? OK : FAIL(INPUT, "nothing whole came over the local socket in time");
}

/* Root may do all this by other ways; anybody else is stopped by the mode already. */
static fallible check_peer(int fd, unsigned *user)
{
	struct ucred peer;
	socklen_t len = sizeof peer;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return FAIL(IO, "the kernel does not say who speaks");
	if (peer.uid != 0 && peer.uid != geteuid())
		return FAIL(DENIED, "another user speaks over the local socket");
	*user = peer.uid;
	return OK;
}

/* One piece of what is sent; false: it has ended, or a line is whole. */
static fallible read_piece(int fd, struct buf *into, bool *ended)
{
	uint8_t piece[PIECE];
	ssize_t got = recv(fd, piece, sizeof piece, 0);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? OK : FAIL(IO, "a local socket cannot be read");
	*ended = got == 0;
	buf_put(into, span_of(piece, (size_t)got));
	secret_wipe(piece, (size_t)got);
	return buf_check(into);
}

static fallible read_line(struct control_talk *talk)
{
	int64_t until_ms = clock_monotonic_ms() + CONTROL_PATIENCE_MS;
	struct buf *line = &talk->line;
	bool ended = false;
	while (line->len == 0 || line->data[line->len - 1] != '\n') {
		if (ended)
			return FAIL(INPUT, "what came over the local socket has no end");
		TRY(wait_for(talk->fd - 1, POLLIN, until_ms));
		TRY(read_piece(talk->fd - 1, line, &ended));
	}
	line->len--;
	return OK;
}

fallible control_hear(const struct control *control, struct control_talk *talk)
{
	int fd = accept4(control->listener - 1, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		return FAIL(IO, "nobody is there who wants to speak");
	talk->fd = fd + 1;
	buf_room(
		&talk->line, talk->line.max); /* once: a buffer that grows leaves copies of a secret behind */
	TRY(buf_check(&talk->line));
	buf_clear(&talk->line);
	TRY(check_peer(fd, &talk->user));
	return read_line(talk);
}

static fallible send_all(int fd, struct span text, int64_t until_ms)
{
	while (text.len > 0) {
		ssize_t sent = send(fd, text.at, text.len, MSG_NOSIGNAL);
		if (sent >= 0)
			text = span_from(text, (size_t)sent);
		else if (errno == EAGAIN)
			TRY(wait_for(fd, POLLOUT, until_ms));
		else if (errno != EINTR)
			return FAIL(IO, "nobody takes what is said over the local socket");
	}
	return OK;
}

fallible control_answer(const struct control_talk *talk, struct span answer)
{
	return send_all(talk->fd - 1, answer, clock_monotonic_ms() + CONTROL_PATIENCE_MS);
}

void control_talk_done(struct control_talk *talk)
{
	if (talk->line.data)
		secret_wipe(talk->line.data, talk->line.len);
	buf_done(&talk->line);
	if (talk->fd)
		close(talk->fd - 1);
	*talk = (struct control_talk){0};
}

/* ---- the other end ---- */

static fallible dial(const char *directory, int fd)
{
	int folder;
	TRY(open_folder(directory, &folder));
	struct sockaddr_un address = address_in(folder);
	int failed = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 ? 0 : errno;
	close(folder);
	if (failed == EACCES || failed == EPERM)
		return FAIL(DENIED, "the server of this store is another user's");
	if (failed == EAGAIN)
		return FAIL(BUSY, "the server is busy with others who speak to it: try again");
	return failed == 0 ? OK : FAIL(NOT_FOUND, "no server has this store: start it with munimentd serve");
}

static fallible read_answer(int fd, struct buf *answer)
{
	int64_t until_ms = clock_monotonic_ms() + CONTROL_ANSWER_MS;
	bool ended = false;
	while (!ended) {
		TRY(wait_for(fd, POLLIN, until_ms));
		TRY(read_piece(fd, answer, &ended));
	}
	return answer->len ? OK : FAIL(IO, "the server ended without an answer");
}

fallible control_ask(const char *directory, struct span line, struct buf *answer)
{
	int fd;
	TRY(open_socket(&fd));
	struct err err = dial(directory, fd);
	if (!err_failed(err))
		err = send_all(fd, line, clock_monotonic_ms() + CONTROL_PATIENCE_MS);
	if (!err_failed(err))
		err = read_answer(fd, answer);
	close(fd);
	return err;
}
