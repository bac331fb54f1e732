/* SPDX-License-Identifier: Apache-2.0 */
/* send - one mail through smtp.c, or several over one connection: URL TO CA-FILE USERNAME PASSWORD [COUNT].
 * "-" stands for nothing. Prints the fate and the reply of each: "accepted 250". tests/server/smtp/run plays
 * the mail server. */
#include "server/deliver/smtp.h"

#include <stdio.h>
#include <stdlib.h>

enum { SEND_MS = 3000 };

static const char MESSAGE[] = "From: noreply@muniment.example\r\nSubject: a test\r\n\r\n"
			      "one\r\n.\r\n..two\r\nthree\r\n";

static const char *const FATES[] = {
	[LETTER_ACCEPTED] = "accepted", [LETTER_LATER] = "later", [LETTER_REFUSED] = "refused"};

static const char *word(const char *argument)
{
	return strcmp(argument, "-") == 0 ? "" : argument;
}

int main(int argc, char **argv)
{
	if (argc < 6)
		return 2;
	struct smtp *smtp;
	const struct smtp_ask ask = {.url = argv[1],
		.ca_file = word(argv[3]),
		.username = word(argv[4]),
		.password = span_text(word(argv[5])),
		.send_ms = SEND_MS};
	struct err err = smtp_open(&ask, &smtp);
	if (err_failed(err)) {
		printf("unopened: %s\n", err.why);
		return 1;
	}
	const struct letter letter = {.id = "00",
		.from = "noreply@muniment.example",
		.to = word(argv[2]),
		.message = span_text(MESSAGE)};
	for (int i = argc > 6 ? atoi(argv[6]) : 1; i > 0; i--) {
		struct letter_answer answer = smtp_send(smtp, &letter);
		printf("%s %d %s\n", FATES[answer.fate], answer.reply, answer.err.why);
	}
	smtp_close(smtp);
	return 0;
}
