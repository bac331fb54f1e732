/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's lines: whole, quoted, few. And systemd's. */
#include "server/env/journal.h"

#include "base/buf.h"
#include "server/env/notify.h"
#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A journal into a pipe. */
struct desk {
	struct journal *journal;
	int from, to;
	char text[65536];
};

static void desk_done(struct desk *desk)
{
	journal_close(desk->journal);
	close(desk->from);
	close(desk->to);
}

static void open_desk(struct desk *desk, enum journal_level level)
{
	int ends[2];
	cr_assert(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
	desk->from = ends[0];
	desk->to = ends[1];
	struct journal_ask ask = {.level = level, .lines = desk->to, .results = desk->to};
	cr_assert(!err_failed(journal_open(&ask, &desk->journal)));
}

/* What was written since the last look. */
static const char *look(struct desk *desk)
{
	ssize_t got = read(desk->from, desk->text, sizeof desk->text - 1);
	desk->text[got > 0 ? got : 0] = 0;
	return desk->text;
}

static size_t count_lines(const char *text)
{
	size_t count = 0;
	for (; *text; text++)
		count += *text == '\n';
	return count;
}

Test(journal, a_failure_is_one_line_with_its_place_and_call)
{
	scoped(desk) desk = {0};
	open_desk(&desk, JOURNAL_INFO);
	struct err err = {ERR_IO, CODE_IO, "a disk is full", "../store/audit.c:142"};
	journal_err(desk.journal, JOURNAL_WARN, err, SPAN_LIT("req_1"));
	cr_assert(strcmp(look(&desk),
			  "level=warn at=store/audit.c:142 why=\"a disk is full\" code=io call=req_1 "
			  "time=2026-11-21T12:00:00.000Z\n") == 0,
		"%s", desk.text);
}

Test(journal, less_important_lines_are_left_out)
{
	scoped(desk) desk = {0};
	open_desk(&desk, JOURNAL_WARN);
	JOURNAL(desk.journal, INFO, "nothing to see");
	cr_assert(look(&desk)[0] == 0);
	journal_set_level(desk.journal, JOURNAL_INFO);
	JOURNAL(desk.journal, INFO, "something to see", JOURNAL_NUMBER("count", -3));
	cr_assert(strstr(look(&desk), "why=\"something to see\" count=-3 "));
}

Test(journal, a_value_can_not_begin_a_line_or_a_field_or_speak_to_a_terminal)
{
	scoped(desk) desk = {0};
	open_desk(&desk, JOURNAL_INFO);
	JOURNAL(desk.journal, INFO, "x",
		JOURNAL_TEXT("name",
			SPAN_LIT("a\r\nlevel=error \"b\\\x1b[2J\xc2\x9b"
				 "2J\xff")));
	look(&desk);
	cr_assert(count_lines(desk.text) == 1);
	cr_assert(strstr(desk.text, "name=\"a\\x0d\\x0alevel=error \\\"b\\\\\\x1b[2J\\xc2\\x9b2J\\xff\""),
		"%s", desk.text);
}

Test(journal, words_of_every_language_are_readable)
{
	scoped(desk) desk = {0};
	open_desk(&desk, JOURNAL_INFO);
	JOURNAL(desk.journal, INFO, "x", JOURNAL_TEXT("name", SPAN_LIT("Нора Ö")),
		JOURNAL_TEXT("none", SPAN_LIT("")));
	cr_assert(strstr(look(&desk), "name=\"Нора Ö\" none=\"\""), "%s", desk.text);
}

Test(journal, long_values_are_cut)
{
	scoped(desk) desk = {0};
	char text[5000];
	open_desk(&desk, JOURNAL_INFO);
	memset(text, 'a', sizeof text);
	JOURNAL(desk.journal, INFO, "x", JOURNAL_TEXT("name", span_of(text, sizeof text)));
	look(&desk);
	cr_assert(strlen(desk.text) < JOURNAL_VALUE_MAX + 200 && strstr(desk.text, "a... time="));
}

Test(journal, many_hostile_values_still_make_one_line)
{
	scoped(desk) desk = {0};
	uint8_t text[300];
	open_desk(&desk, JOURNAL_INFO);
	memset(text, 1, sizeof text);
	struct journal_field fields[20];
	for (size_t i = 0; i < 20; i++)
		fields[i] = JOURNAL_TEXT("name", SPAN_BYTES(text));
	journal_write(desk.journal, JOURNAL_INFO, "here:1", "x", fields, 20);
	look(&desk);
	cr_assert(count_lines(desk.text) == 1 && strstr(desk.text, " time=") &&
		strlen(desk.text) < JOURNAL_LINE_MAX);
}

Test(journal, one_noisy_place_does_not_drown_the_others)
{
	scoped(desk) desk = {0};
	open_desk(&desk, JOURNAL_INFO);
	for (int i = 0; i < 1000; i++)
		journal_write(desk.journal, JOURNAL_WARN, "noisy.c:1", "again", NULL, 0);
	cr_assert(count_lines(look(&desk)) == JOURNAL_SITE_LINES);
	journal_write(desk.journal, JOURNAL_WARN, "calm.c:1", "once", NULL, 0);
	cr_assert(count_lines(look(&desk)) == 1);
}

Test(journal, lost_lines_are_counted_and_said)
{
	scoped(desk) desk = {0};
	open_desk(&desk, JOURNAL_INFO);
	for (int i = 0; i < 25; i++)
		journal_write(desk.journal, JOURNAL_WARN, "noisy.c:1", "again", NULL, 0);
	look(&desk);
	fake_clock_pass(JOURNAL_WINDOW_MS);
	journal_write(desk.journal, JOURNAL_WARN, "calm.c:1", "once", NULL, 0);
	cr_assert(
		strstr(look(&desk), "why=\"lines were left out\" site=noisy.c:1 lost=15 "), "%s", desk.text);
	cr_assert(count_lines(desk.text) == 2);
}

Test(journal, all_places_together_are_limited_too)
{
	scoped(desk) desk = {0};
	char places[600][16];
	open_desk(&desk, JOURNAL_INFO);
	for (int i = 0; i < 600; i++) {
		snprintf(places[i], sizeof places[i], "file.c:%d", i % 60);
		journal_write(desk.journal, JOURNAL_WARN, places[i], "x", NULL, 0);
	}
	cr_assert(count_lines(look(&desk)) == JOURNAL_LINES);
	fake_clock_pass(JOURNAL_WINDOW_MS);
	journal_write(desk.journal, JOURNAL_WARN, "calm.c:1", "once", NULL, 0);
	cr_assert(strstr(look(&desk), "site=all lost=400 "));
}

Test(journal, a_reader_that_stopped_reading_does_not_stop_the_writer)
{
	scoped(desk) desk = {0};
	open_desk(&desk, JOURNAL_INFO);
	fcntl(desk.to, F_SETFL, 0);
	for (int i = 0; i < 3000; i++) {
		fake_clock_pass(JOURNAL_WINDOW_MS);
		JOURNAL(desk.journal, WARN, "a line that nobody reads, again and again");
	}
	cr_assert(count_lines(look(&desk)) > 0);
	fake_clock_pass(JOURNAL_WINDOW_MS);
	JOURNAL(desk.journal, WARN, "read again");
	cr_assert(strstr(look(&desk), "site=all lost="), "what was lost is said");
}

Test(journal, results_are_printed_whole)
{
	scoped(desk) desk = {0};
	open_desk(&desk, JOURNAL_ERROR);
	cr_assert(!err_failed(journal_print(desk.journal, SPAN_LIT("{\"tenant\":1}\n"))));
	cr_assert(strcmp(look(&desk), "{\"tenant\":1}\n") == 0);
	journal_complain(desk.journal, SPAN_LIT("a.yaml:3: x\nis no setting"));
	cr_assert(strcmp(look(&desk), "munimentd: a.yaml:3: x?is no setting\n") == 0);
}

Test(journal, no_journal_takes_nothing)
{
	JOURNAL((struct journal *)NULL, ERROR, "x");
	journal_close(NULL);
}

/* ---- systemd ---- */

static int listen_at(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	memcpy(at.sun_path, path, strlen(path));
	cr_assert(bind(fd, (const struct sockaddr *)&at, sizeof at) == 0);
	return fd;
}

Test(notify, systemd_is_told)
{
	scoped(temp_dir) dir = temp_dir_make();
	char path[100];
	char got[32] = {0};
	snprintf(path, sizeof path, "%s/notify", dir.path);
	int fd = listen_at(path);
	cr_assert(!err_failed(notify_send(path, "READY=1")));
	cr_assert(recv(fd, got, sizeof got, 0) == 7 && strcmp(got, "READY=1") == 0);
	close(fd);
}

Test(notify, nobody_asked_is_no_failure_and_nonsense_is)
{
	char path[300];
	memset(path, 'a', sizeof path);
	path[0] = '/';
	path[sizeof path - 1] = 0;
	cr_assert(!err_failed(notify_send("", "READY=1")));
	cr_assert(notify_send("relative", "READY=1").kind == ERR_INPUT);
	cr_assert(notify_send(path, "READY=1").kind == ERR_INPUT);
	cr_assert(notify_send("/nowhere/at/all", "READY=1").kind == ERR_IO);
}
