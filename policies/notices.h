/* SPDX-License-Identifier: Apache-2.0 */
/* notices - the kinds of mail that the server sends, and the messages that each is made of. */
#pragma once

#include "policies/messages.h"

#include <stdbool.h>
#include <stddef.h>

/* Stored in the outbox with the numbers of notices.def: never renumber. */
enum notice_kind {
#define NOTICE(code, id, subject, ...) NOTICE_##id = (code),
#include "policies/notices.def"
#undef NOTICE
};

/* One row of notices.def. */
struct notice_row {
	enum notice_kind kind;
	const char *name; /* "LOGIN_CODE" */
	enum message subject;
	const uint16_t *body; /* enum message: one paragraph each, in order */
	size_t body_count;    /* at least 1 */
};

/* notices_row - the facts of a kind; NULL for a number that this program does not know. */
const struct notice_row *notices_row(enum notice_kind kind);

/* notices_next - walk all rows: NULL gives the first one; NULL behind the last. */
const struct notice_row *notices_next(const struct notice_row *row);

/* notices_is_code - whether it brings a code that somebody waits for. */
bool notices_is_code(enum notice_kind kind);

/* notices_put_name - "login_code": what the log says. */
void notices_put_name(const struct notice_row *row, struct buf *out);

/* notices_label - the name of the value that a label.* message stands before ("time" for label.time); NULL
 * for other messages. Such a line reads "Label: value" and is left out when its value is not given. */
const char *notices_label(enum message message);
