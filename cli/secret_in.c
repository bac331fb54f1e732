/* SPDX-License-Identifier: Apache-2.0 */
/* secret_in - standard input, or the terminal without an echo. */
#include "cli/secret_in.h"

#include "crypto/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

enum { CHUNK = 1024 };

void secret_in_wipe(struct buf *secret)
{
	if (secret->data)
		secret_wipe(secret->data, secret->len);
	buf_clear(secret);
}

/* A terminal whose echo comes back with the block. */
struct terminal {
	int fd;   /* -1 = none */
	int ends; /* readable when a signal came that ends the program */
	struct termios before;
	sigset_t signals; /* that were held back before */
};

/* What ended the asking ends the program now that the terminal shows again what is typed. */
static void terminal_done(struct terminal *terminal)
{
	if (terminal->fd < 0)
		return;
	(void)tcsetattr(terminal->fd, TCSAFLUSH, &terminal->before);
	(void)sigprocmask(SIG_SETMASK, &terminal->signals, NULL);
	(void)close(terminal->fd);
	if (terminal->ends >= 0)
		(void)close(terminal->ends);
	terminal->fd = -1;
}

/* Whoever ends the program while it asks gets a terminal back that shows what is typed. */
static void hold_signals(struct terminal *terminal)
{
	sigset_t held;
	sigemptyset(&held);
	sigaddset(&held, SIGINT);
	sigaddset(&held, SIGQUIT);
	sigaddset(&held, SIGTERM);
	terminal->ends = signalfd(-1, &held, SFD_CLOEXEC);
	sigaddset(&held, SIGTSTP);
	(void)sigprocmask(SIG_BLOCK, &held, &terminal->signals);
}

static fallible wait_for_key(const struct terminal *terminal)
{
	struct pollfd two[] = {
		{.fd = terminal->fd, .events = POLLIN}, {.fd = terminal->ends, .events = POLLIN}};
	while (poll(two, 2, -1) < 0 && errno == EINTR)
		;
	return two[1].revents ? FAIL(INPUT, "the asking was broken off") : OK;
}

static fallible open_terminal(struct terminal *terminal)
{
	struct termios silent;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return FAIL(INPUT, "there is no terminal to ask on");
	if (tcgetattr(fd, &silent) != 0) {
		(void)close(fd);
		return FAIL(INPUT, "there is no terminal to ask on");
	}
	*terminal = (struct terminal){.fd = fd, .before = silent};
	hold_signals(terminal);
	silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
	silent.c_lflag |= ECHONL;
	return tcsetattr(fd, TCSAFLUSH, &silent) == 0 ? OK : FAIL(IO, "the terminal shows what is typed");
}

/* To the end; or of a terminal, to the first line feed. terminal: NULL = none. */
static fallible read_from(int fd, const struct terminal *terminal, struct buf *secret)
{
	uint8_t chunk[CHUNK];
	struct err err = OK;
	bool over = false;
	while (!over && !err_failed(err)) {
		if (terminal && err_failed(err = wait_for_key(terminal)))
			break;
		ssize_t n = read(fd, chunk, terminal ? 1 : sizeof chunk);
		if (n < 0 && errno == EINTR)
			continue;
		over = n <= 0 || (terminal && chunk[0] == '\n');
		if (n < 0)
			err = FAIL(IO, "what is typed or piped in cannot be read");
		if (n > 0)
			buf_put(secret, span_of(chunk, (size_t)n));
		if (!err_failed(err))
			err = buf_check(secret);
	}
	secret_wipe(chunk, sizeof chunk);
	return err;
}

static fallible trim(struct buf *secret)
{
	if (secret->len && secret->data[secret->len - 1] == '\n')
		secret->len--;
	/* Files of Windows end their lines with two. */
	if (secret->len && secret->data[secret->len - 1] == '\r')
		secret->len--;
	return secret->len ? OK : FAIL(INPUT, "no secret was typed or piped in");
}

fallible secret_in_ask(const char *prompt, struct buf *secret)
{
	scoped(terminal) terminal = {.fd = -1};
	TRY(open_terminal(&terminal));
	if (dprintf(terminal.fd, "%s: ", prompt) < 0)
		return FAIL(IO, "the terminal takes no prompt");
	TRY(read_from(terminal.fd, &terminal, secret));
	return trim(secret);
}

fallible secret_in_read(const char *prompt, struct buf *secret)
{
	if (isatty(STDIN_FILENO))
		return secret_in_ask(prompt, secret);
	TRY(read_from(STDIN_FILENO, NULL, secret));
	return trim(secret);
}
