/* SPDX-License-Identifier: Apache-2.0 */
/* journal - logfmt, and counting of what is left out. */
#include "server/env/journal.h"

#include "base/buf.h"
#include "base/text.h"
#include "base/timestamp.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { SITES = 64, FIELD_MAX = 4 * JOURNAL_VALUE_MAX + 128 }; /* bytes of a field and the time behind it */

/* Lines of one place in the code in the current window. */
struct site {
	const char *at; /* NULL = free */
	unsigned written;
	unsigned lost;
};

struct journal {
	enum journal_level level;
	int lines;
	int results;
	pthread_mutex_t lock;
	struct instant window; /* when it began */
	unsigned written;
	unsigned lost; /* of all, and by a reader that is too slow */
	struct site sites[SITES];
};

static const char *const LEVELS[] = {
	[JOURNAL_ERROR] = "error",
	[JOURNAL_WARN] = "warn",
	[JOURNAL_INFO] = "info",
	[JOURNAL_DEBUG] = "debug",
};

/* ---- a line ---- */

static bool is_plain(struct span text)
{
	static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@+-";
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] == 0 || !strchr(PLAIN, text.at[i]))
			return false;
	return text.len > 0;
}

/* What could break the line or speak to a terminal is written in numbers: controls, also those of U+0080 to
 * U+009F, and what is no UTF-8. */
static void put_quoted(struct buf *line, struct span text, bool is_utf8)
{
	buf_put_u8(line, '"');
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];
		bool c1 = c == 0xc2 && i + 1 < text.len && text.at[i + 1] < 0xa0;
		if (c < 0x20 || c == 0x7f || c1 || (c >= 0x80 && !is_utf8))
			buf_printf(line, "\\x%02x", c);
		else if (c == '"' || c == '\\')
			buf_printf(line, "\\%c", c);
		else
			buf_put_u8(line, c);
		if (c1)
			buf_printf(line, "\\x%02x", text.at[++i]);
	}
	buf_put_u8(line, '"');
}

static void put_value(struct buf *line, struct span text)
{
	bool is_utf8 = text_is_utf8(text);
	struct span shown = is_utf8 ? text_cut(text, JOURNAL_VALUE_MAX) : span_first(text, JOURNAL_VALUE_MAX);
	if (is_plain(shown))
		buf_put(line, shown);
	else
		put_quoted(line, shown, is_utf8);
	if (shown.len < text.len)
		buf_put_text(line, "...");
}

static void put_field(struct buf *line, const struct journal_field *field)
{
	buf_printf(line, " %s=", field->name);
	if (field->text.at)
		put_value(line, field->text);
	else
		buf_printf(line, "%lld", (long long)field->number);
}

static void put_line(struct buf *line, enum journal_level level, const char *at, const char *why,
	const struct journal_field *fields, size_t count, struct instant now)
{
	char time[TIMESTAMP_TEXT + 1];
	timestamp_print(now, time);
	/* Paths are told as the compiler had them: from its own folder. */
	while (strncmp(at, "../", 3) == 0)
		at += 3;
	buf_printf(line, "level=%s at=%s why=", LEVELS[level], at);
	put_value(line, span_text(why));
	for (size_t i = 0; i < count && line->len < JOURNAL_LINE_MAX - FIELD_MAX; i++)
		put_field(line, &fields[i]);
	buf_printf(line, " time=%s\n", time);
}

/* One write: lines of several threads don't mix. Whoever does not read must not stop the server. */
static bool write_line(int fd, const struct buf *line)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};
	if (err_failed(buf_check(line)) || poll(&room, 1, 0) != 1 || !(room.revents & POLLOUT))
		return false;
	return write(fd, line->data, line->len) == (ssize_t)line->len;
}

/* ---- the rate ---- */

static void say_lost(struct journal *journal, const char *site, unsigned lost, struct instant now)
{
	scoped(buf) line = BUF(JOURNAL_LINE_MAX);
	const struct journal_field fields[] = {
		JOURNAL_TEXT("site", span_text(site)), JOURNAL_NUMBER("lost", lost)};
	put_line(&line, JOURNAL_WARN, ERR_AT, "lines were left out", fields, 2, now);
	if (!write_line(journal->lines, &line))
		journal->lost += lost;
}

/* A new window begins with what the last one left out. */
static void turn_window(struct journal *journal, struct instant now)
{
	unsigned lost = journal->lost;
	journal->lost = 0;
	journal->written = 0;
	journal->window = now;
	for (size_t i = 0; i < SITES; i++) {
		struct site site = take(&journal->sites[i]);
		if (site.lost)
			say_lost(journal, site.at, site.lost, now);
	}
	if (lost)
		say_lost(journal, "all", lost, now);
}

static struct site *find_site(struct journal *journal, const char *at)
{
	for (size_t i = 0; i < SITES; i++) {
		struct site *site = &journal->sites[i];
		if (!site->at)
			site->at = at;
		if (strcmp(site->at, at) == 0)
			return site;
	}
	return NULL;
}

/* Whether one more line may be written now; if not, it is counted. */
static bool takes_line(struct journal *journal, const char *at, struct instant now)
{
	if (now.ms < journal->window.ms || now.ms - journal->window.ms >= JOURNAL_WINDOW_MS)
		turn_window(journal, now);
	struct site *site = find_site(journal, at);
	if (!site || journal->written == JOURNAL_LINES) {
		journal->lost++;
		return false;
	}
	if (site->written == JOURNAL_SITE_LINES) {
		site->lost++;
		return false;
	}
	site->written++;
	journal->written++;
	return true;
}

/* ---- outside ---- */

fallible journal_open(const struct journal_ask *ask, struct journal **journal)
{
	struct journal *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "the journal cannot be made");
	made->level = ask->level;
	made->lines = ask->lines ? ask->lines : STDERR_FILENO;
	made->results = ask->results ? ask->results : STDOUT_FILENO;
	made->window = clock_now();
	pthread_mutex_init(&made->lock, NULL);
	*journal = made;
	return OK;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	turn_window(journal, clock_now());
	pthread_mutex_destroy(&journal->lock);
	free(journal);
}

void journal_set_level(struct journal *journal, enum journal_level level)
{
	journal->level = level;
}

void journal_write(struct journal *journal, enum journal_level level, const char *at, const char *why,
	const struct journal_field *fields, size_t count)
{
	if (!journal || level > journal->level)
		return;
	struct instant now = clock_now();
	scoped(buf) line = BUF(JOURNAL_LINE_MAX);
	put_line(&line, level, at, why, fields, count, now);
	pthread_mutex_lock(&journal->lock);
	if (takes_line(journal, at, now) && !write_line(journal->lines, &line))
		journal->lost++;
	pthread_mutex_unlock(&journal->lock);
}

void journal_err(struct journal *journal, enum journal_level level, struct err err, struct span call)
{
	const struct journal_field fields[] = {
		JOURNAL_TEXT("code", span_text(err_row(err.code)->name)),
		JOURNAL_TEXT("call", call),
	};
	journal_write(journal, level, err.at, err.why, fields, call.len ? 2 : 1);
}

/* All of it, or an end. */
static fallible write_all(int fd, struct span text)
{
	while (text.len > 0) {
		ssize_t wrote = write(fd, text.at, text.len);
		if (wrote < 0 && errno != EINTR)
			return FAIL(IO, "what was printed did not arrive");
		text = span_from(text, wrote > 0 ? (size_t)wrote : 0);
	}
	return OK;
}

void journal_complain(struct journal *journal, struct span text)
{
	scoped(buf) line = BUF(JOURNAL_LINE_MAX);
	buf_put_text(&line, "munimentd: ");
	for (size_t i = 0; i < text.len && i < JOURNAL_LINE_MAX / 2; i++)
		buf_put_u8(&line, text.at[i] < ' ' || text.at[i] == 0x7f ? '?' : text.at[i]);
	buf_put_u8(&line, '\n');
	/* There is nobody else to tell. */
	IGNORE(write_all(journal->lines, buf_span(&line)));
}

fallible journal_print(struct journal *journal, struct span text)
{
	return write_all(journal->results, text);
}

void journal_progress(struct journal *journal, uint64_t done, uint64_t all)
{
	scoped(buf) line = BUF(JOURNAL_LINE_MAX);
	if (!isatty(journal->lines))
		return;
	buf_printf(&line, "\r%" PRIu64 " of %" PRIu64 " entries%s", done, all, done >= all ? "\n" : "");
	/* A line that does not arrive is missed by nobody. */
	IGNORE(write_all(journal->lines, buf_span(&line)));
}
