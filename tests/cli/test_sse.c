/* SPDX-License-Identifier: Apache-2.0 */
/* test_sse - streams as the standard's examples have them, in pieces of every size. */
#include "cli/sse.h"

#include <criterion/criterion.h>

/* What came, one line an event: name|id|data. */
struct log {
	struct sse sse;
	struct buf seen;
	size_t fails_at; /* the event that is refused, from 1; 0 = none */
	size_t count;
};

static fallible note(void *context, const struct sse_event *event)
{
	struct log *log = context;
	if (++log->count == log->fails_at)
		return FAIL(CORRUPT, "the test wants no more");
	buf_put(&log->seen, event->name);
	buf_put_u8(&log->seen, '|');
	buf_put_text(&log->seen, log->sse.id);
	buf_put_u8(&log->seen, '|');
	buf_put(&log->seen, event->data);
	buf_put_u8(&log->seen, '\n');
	return OK;
}

static void log_init(struct log *log)
{
	*log = (struct log){.seen = BUF(1 << 20)};
	log->sse = SSE(note, log);
}

static void log_done(struct log *log)
{
	sse_done(&log->sse);
	buf_done(&log->seen);
}

/* In pieces of so many bytes. */
static fallible feed(struct log *log, struct span stream, size_t piece)
{
	while (stream.len > 0) {
		TRY(sse_feed(&log->sse, span_first(stream, piece)));
		stream = span_from(stream, piece);
	}
	return OK;
}

static void assert_gives(struct span stream, const char *expected)
{
	for (size_t piece = 1; piece <= stream.len; piece++) {
		scoped(log) log;
		log_init(&log);
		cr_assert(!err_failed(feed(&log, stream, piece)), "%zu bytes at a time", piece);
		cr_assert(span_is(buf_span(&log.seen), expected), "%zu bytes at a time: %.*s", piece,
			SPAN_FMT(buf_span(&log.seen)));
	}
}

#define GIVES(stream, expected) assert_gives(SPAN_LIT(stream), expected)

Test(sse, an_event_ends_with_an_empty_line)
{
	GIVES("id: 7\ndata: {\"a\":1}\n\nid: 8\ndata: x\n\n", "|7|{\"a\":1}\n|8|x\n");
	GIVES("data: the end is missing\n", "");
	GIVES("data: the end is missing", "");
}

Test(sse, line_ends_are_of_three_kinds)
{
	GIVES("data: a\r\n\r\ndata: b\r\rdata: c\n\n", "||a\n||b\n||c\n");
}

Test(sse, lines_of_data_are_joined)
{
	GIVES("data: YHOO\ndata: +2\ndata: 10\n\n", "||YHOO\n+2\n10\n");
	GIVES("data\n\ndata\ndata\n\n", "||\n||\n\n");
}

Test(sse, one_space_behind_the_colon_is_none)
{
	GIVES("data:test\n\ndata: test\n\ndata:  test\n\n", "||test\n||test\n|| test\n");
}

Test(sse, comments_and_unknown_fields_are_dropped)
{
	GIVES(": heartbeat\n\n:\n\ncolour: blue\ndata: a\n\n", "||a\n");
	GIVES("event: other\ndata: a\n\ndata: b\n\n", "other||a\n||b\n");
}

Test(sse, a_byte_order_mark_in_front_is_dropped)
{
	GIVES("\xef\xbb\xbf"
	      "data: a\n\n\xef\xbb\xbf"
	      "data: b\n\n",
		"||a\n");
}

Test(sse, an_id_counts_once_its_event_is_whole)
{
	scoped(log) log;
	log_init(&log);
	cr_assert(!err_failed(feed(&log, SPAN_LIT("id: 7\ndata: a\n\nid: 8\ndata: b\n"), 5)),
		"a broken stream");
	cr_assert_str_eq(log.sse.id, "7");
	sse_restart(&log.sse);
	cr_assert(!err_failed(feed(&log, SPAN_LIT("data: c\n\n"), 5)), "and a new one");
	cr_assert_str_eq(log.sse.id, "7");
	cr_assert(span_is(buf_span(&log.seen), "|7|a\n|7|c\n"), "nothing of the broken event is left");
}

Test(sse, an_id_that_can_not_be_sent_back_is_ignored)
{
	scoped(log) log;
	log_init(&log);
	cr_assert(
		!err_failed(sse_feed(&log.sse, SPAN_LIT("id: 7\ndata: a\n\nid: a\0b\ndata: b\n\n"))), "NUL");
	cr_assert_str_eq(log.sse.id, "7");
	scoped(buf) text = BUF(1024);
	buf_put_text(&text, "id: ");
	for (size_t i = 0; i < SSE_ID_MAX; i++)
		buf_put_u8(&text, '9');
	buf_put_text(&text, "\ndata: c\n\n");
	cr_assert(!err_failed(sse_feed(&log.sse, buf_span(&text))), "too long");
	cr_assert_str_eq(log.sse.id, "7");
	cr_assert(!err_failed(sse_feed(&log.sse, SPAN_LIT("id\n\n"))), "an empty one");
	cr_assert_str_eq(log.sse.id, "");
}

Test(sse, the_server_may_say_how_long_to_wait)
{
	scoped(log) log;
	log_init(&log);
	cr_assert(log.sse.retry_ms == -1, "it did not yet");
	cr_assert(!err_failed(sse_feed(&log.sse, SPAN_LIT("retry: 3000\n"))), "three seconds");
	cr_assert(log.sse.retry_ms == 3000, "they are kept");
	cr_assert(!err_failed(sse_feed(&log.sse, SPAN_LIT("retry: soon\nretry: -1\nretry: 99999999999\n"))),
		"no number");
	cr_assert(log.sse.retry_ms == 3000, "they are ignored");
}

Test(sse, a_line_without_end_is_refused)
{
	scoped(log) log;
	struct err err = OK;
	log_init(&log);
	for (size_t i = 0; i <= SSE_LINE_MAX && !err_failed(err); i++)
		err = sse_feed(&log.sse, SPAN_LIT("x"));
	cr_assert(err.kind == ERR_TOO_LARGE, "it is too large");
}

Test(sse, an_event_without_end_is_refused)
{
	scoped(log) log;
	struct err err = OK;
	log_init(&log);
	for (size_t i = 0; i <= SSE_LINE_MAX && !err_failed(err); i++)
		err = sse_feed(&log.sse, SPAN_LIT("data: more\n"));
	cr_assert(err.kind == ERR_TOO_LARGE, "it is too large");
}

Test(sse, a_refusal_of_the_reader_ends_the_stream)
{
	scoped(log) log;
	log_init(&log);
	log.fails_at = 2;
	cr_assert(sse_feed(&log.sse, SPAN_LIT("data: a\n\ndata: b\n\ndata: c\n\n")).kind == ERR_CORRUPT,
		"passed on");
	cr_assert(log.count == 2, "the third was not given");
}
