/* SPDX-License-Identifier: Apache-2.0 */
/* notices - the rows of notices.def as a table. */
#include "policies/notices.h"

/* The names of messages as notices.def writes them: one that does not exist does not compile. */
enum {
#define MESSAGE(id, key) id = MESSAGE_##id,
#define TEXT(language, id, text)
#include "policies/messages.inc"
#undef MESSAGE
#undef TEXT
};

#define NOTICE(code, id, subject, ...) static const uint16_t BODY_OF_##id[] = {__VA_ARGS__};
#include "policies/notices.def"
#undef NOTICE

static const struct notice_row ROWS[] = {
#define NOTICE(code, id, subject, ...)                            \
	{NOTICE_##id, #id, (enum message)(subject), BODY_OF_##id, \
		sizeof BODY_OF_##id / sizeof BODY_OF_##id[0]},
#include "policies/notices.def"
#undef NOTICE
};

enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };

const struct notice_row *notices_row(enum notice_kind kind)
{
	for (size_t at = 0; at < ROW_COUNT; at++)
		if (ROWS[at].kind == kind)
			return &ROWS[at];
	return NULL;
}

const struct notice_row *notices_next(const struct notice_row *row)
{
	if (!row)
		return &ROWS[0];
	return row + 1 < ROWS + ROW_COUNT ? row + 1 : NULL;
}

bool notices_is_code(enum notice_kind kind)
{
	return kind == NOTICE_LOGIN_CODE || kind == NOTICE_ACTION_CODE || kind == NOTICE_ENROLMENT_CODE;
}

void notices_put_name(const struct notice_row *row, struct buf *out)
{
	for (const char *at = row->name; *at; at++)
		buf_put_u8(out, (uint8_t)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at));
}

const char *notices_label(enum message message)
{
	static const struct span PREFIX = SPAN_LIT("label.");
	struct span key = span_text(messages_key(message));
	return span_starts(key, PREFIX) ? messages_key(message) + PREFIX.len : NULL;
}
