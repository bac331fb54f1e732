/* SPDX-License-Identifier: Apache-2.0 */
/* mail - a notice as a mail in its reader's language: plain text, no link, no code in the subject. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "policies/notices.h"

struct mail_ask {
	enum language language;
	enum notice_kind kind;
	const char *id;      /* of the notice, hex: the Message-ID, the same for every try */
	struct instant time; /* when the notice was made */
	struct span from;    /* addresses */
	struct span to;
	struct span sender; /* who it comes from, in words */
	const struct message_value
		*values; /* "time" may be an RFC 3339 text: it is printed in the reader's form */
	size_t count;
};

/* mail_render - the whole mail, lines ended by CRLF, ready for SMTP. No value can begin a header or a line of
 * its own.
 *
 *   out  grows; LETTER_MAX is enough. It holds what the values hold: the caller wipes it
 * Fails: INVALID an address that can't stand in a header · BUG a text needs a value that is not given, or an
 * unknown kind · TOO_LARGE · NO_MEMORY. */
fallible mail_render(const struct mail_ask *ask, struct buf *out);

/* mail_put_time - an instant in a language's own form, in UTC: "12 Oct 2026, 14:35 UTC". */
void mail_put_time(struct buf *out, enum language language, struct instant at);
