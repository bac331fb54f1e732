/* SPDX-License-Identifier: Apache-2.0 */
/* prompt - byte by byte, so that whoever reads on finds the next line. */
#include "server/env/prompt.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { PROMPT_INPUT = 0 };

bool prompt_is_watched(void)
{
	return isatty(PROMPT_INPUT);
}

static fallible read_line(struct buf *line)
{
	char c = '\0';
	ssize_t got;
	do {
		got = read(PROMPT_INPUT, &c, 1);
		if (got < 0 && errno != EINTR)
			return FAIL(IO, "standard input cannot be read");
		if (got == 0 && line->len == 0)
			return FAIL(INPUT, "standard input ended where a secret was to be read");
		if (got == 1 && c != '\n')
			buf_put_u8(line, (uint8_t)c);
	} while (got != 0 && c != '\n');
	explicit_bzero(&c, sizeof c);
	if (line->len && line->data[line->len - 1] == '\r') /* of a file from Windows */
		line->len--;
	return buf_check(line);
}

/* Nothing is shown from before the question on: whoever is quick would be shown the first of it. An interrupt waits until
 * the terminal shows again what is typed. */
static fallible read_hidden(struct journal *journal, const char *question, struct buf *line)
{
	struct termios before, hidden;
	sigset_t interrupts, mask;
	if (tcgetattr(PROMPT_INPUT, &before) != 0)
		return FAIL(IO, "the terminal cannot be asked");
	hidden = before;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	sigemptyset(&interrupts);
	sigaddset(&interrupts, SIGINT);
	sigaddset(&interrupts, SIGTSTP);
	pthread_sigmask(SIG_BLOCK, &interrupts, &mask);
	(void)tcsetattr(PROMPT_INPUT, TCSAFLUSH, &hidden); /* then it is shown, and read all the same */
	journal_complain(journal, span_text(question));
	struct err err = read_line(line);
	(void)tcsetattr(PROMPT_INPUT, TCSAFLUSH, &before);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	return err;
}

fallible prompt_line(struct journal *journal, const char *question, struct buf *line)
{
	return prompt_is_watched() ? read_hidden(journal, question, line) : read_line(line);
}
