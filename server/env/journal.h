/* SPDX-License-Identifier: Apache-2.0 */
/* journal - what the operator reads: one logfmt line on standard error, limited in rate, lost without harm.
 * And standard output.
 *
 *	level=warn at=server/deliver/courier.c:142 why="a mail can't be sent" notice=… time=2026-11-21T12:00:00.000Z
 *
 * "log" is the tenants' word: evidence, in store/. Nothing here is evidence, and no secret may come here. */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"

enum {
	JOURNAL_LINE_MAX = 4000, /* bytes: what a pipe takes in one piece */
	JOURNAL_VALUE_MAX = 200, /* bytes of one value; longer ones are cut */
	JOURNAL_WINDOW_MS = 10000,
	JOURNAL_SITE_LINES = 10, /* of one site in a window */
	JOURNAL_LINES = 200,     /* of all in a window */
};

/* In the order of the words of log.level in settings.def. */
enum journal_level { JOURNAL_ERROR, JOURNAL_WARN, JOURNAL_INFO, JOURNAL_DEBUG };

struct journal; /* opaque; thread-safe */

struct journal_ask {
	enum journal_level level; /* the least important one that is written */
	int lines;                /* descriptor; 0 = standard error */
	int results;              /* descriptor; 0 = standard output */
};

/* journal_open - Fails: NO_MEMORY. Owns: journal_close, which says what was left out and takes NULL. */
fallible journal_open(const struct journal_ask *ask, struct journal **journal);
void journal_close(struct journal *journal);

/* journal_set_level - once the settings are known; before other threads write. */
void journal_set_level(struct journal *journal, enum journal_level level);

/* One name=value. */
struct journal_field {
	const char *name; /* static, [a-z_] */
	struct span text; /* quoted, escaped and cut as needed */
	int64_t number;   /* when text.at is NULL */
};

/* JOURNAL - a line of our own; the fields follow as struct journal_field: JOURNAL_TEXT, JOURNAL_NUMBER.
 *
 *	JOURNAL(journal, WARN, "a mail is tried again later", JOURNAL_NUMBER("reply", 451));
 */
#define JOURNAL_TEXT(NAME, TEXT) ((struct journal_field){.name = (NAME), .text = (TEXT)})
#define JOURNAL_NUMBER(NAME, NUMBER) ((struct journal_field){.name = (NAME), .number = (NUMBER)})
#define JOURNAL(journal, LEVEL, WHY, ...)                                                       \
	do {                                                                                    \
		const struct journal_field journal_fields_[] = {{.name = NULL}, ##__VA_ARGS__}; \
		journal_write((journal), JOURNAL_##LEVEL, ERR_AT, (WHY), journal_fields_ + 1,   \
			sizeof journal_fields_ / sizeof journal_fields_[0] - 1);                \
	} while (0)

/* journal_write - one line: level, at, why, the fields that fit, the time. Never blocks: a line that standard
 * error does not take at once is lost and counted. A journal that is NULL takes nothing.
 *
 *   at   static: where it is said, also the site that the rate is limited by */
void journal_write(struct journal *journal, enum journal_level level, const char *at, const char *why,
	const struct journal_field *fields, size_t count);

/* journal_err - a failure that ends here; call is the id of the request, or empty. */
void journal_err(struct journal *journal, enum journal_level level, struct err err, struct span call);

/* journal_complain - to somebody at a terminal: "munimentd: " and the text as one line. */
void journal_complain(struct journal *journal, struct span text);

/* journal_print - to standard output, as it is, whole. Fails: IO it did not arrive. */
fallible journal_print(struct journal *journal, struct span text);

/* journal_progress - how far a long command has come, on one line that is written over; only where somebody
 * watches. */
void journal_progress(struct journal *journal, uint64_t done, uint64_t all);
