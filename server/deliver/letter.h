/* SPDX-License-Identifier: Apache-2.0 */
/* letter - a rendered mail, and what any way of sending one answers: smtp, maildir, tests' own. */
#pragma once

#include "base/err.h"
#include "base/span.h"

enum { LETTER_MAX = 64 * 1024 }; /* bytes of a mail */

struct letter {
	const char *id;   /* of the notice, hex: the same for every try */
	const char *from; /* addresses as text_is_email takes them */
	const char *to;
	struct span message; /* RFC 5322, lines ended by CRLF */
};

enum letter_fate {
	LETTER_ACCEPTED, /* somebody else answers for it now */
	LETTER_LATER,    /* not now: no connection, no TLS, no login, a 4xx */
	LETTER_REFUSED,  /* never: a 5xx about this mail or its recipient */
};

struct letter_answer {
	enum letter_fate fate;
	int reply;      /* SMTP code, 0 = none came */
	struct err err; /* OK when accepted */
};

/* A way of sending. */
struct letter_way {
	void *way;
	/* Blocks for as long as the way's own deadlines allow. NULL: mails are off, and refused. */
	struct letter_answer (*send)(void *way, const struct letter *letter);
};
