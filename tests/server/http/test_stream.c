/* SPDX-License-Identifier: Apache-2.0 */
/* Replies that are made while they are sent: whole, cut, waited for, and read by nobody. */
#include "tests/server/http_world.h"
#include "tests/support/wire.h"

#include "base/clock.h"

#include <criterion/criterion.h>

#include <unistd.h>

enum {
	REPLY_ROOM = 8 * 1024 * 1024,
	SOON_MS = 400,
	PATIENCE_MS = 10000,
	UNREAD_MAX = 300, /* pieces: far more than the kernel keeps of one connection */
};

#define HOST "Host: h\r\n"
#define LAST HOST "Connection: close\r\n"

/* The bytes of a chunked body; false when its last chunk is missing. */
static bool unchunk(const struct buf *reply, struct buf *body)
{
	struct span rest = buf_span(reply);
	const uint8_t *at = memmem(rest.at, rest.len, "\r\n\r\n", 4);
	cr_assert(at != NULL, "a reply has a head");
	rest = span_from(rest, (size_t)(at - rest.at) + 4);
	while (rest.len) {
		char *end;
		unsigned long size = strtoul((const char *)rest.at, &end, 16);
		rest = span_from(rest, (size_t)((const uint8_t *)end - rest.at) + 2);
		if (size == 0)
			return true;
		if (size > rest.len)
			return false;
		buf_put(body, span_first(rest, size));
		rest = span_from(rest, size + 2);
	}
	return false;
}

static void wait_for(const atomic_size_t *count, size_t least)
{
	int64_t until_ms = clock_monotonic_ms() + PATIENCE_MS;
	while (*count < least) {
		cr_assert(clock_monotonic_ms() < until_ms, "nothing happens");
		clock_sleep_ms(1);
	}
}

static void assert_whole(const struct buf *body)
{
	cr_assert(body->len == (size_t)WORLD_PIECES * WORLD_PIECE, "%zu", body->len);
	for (size_t i = 0; i < body->len; i++)
		cr_assert(body->data[i] == 'a' + i / WORLD_PIECE % 26, "byte %zu", i);
}

Test(stream, is_sent_piece_by_piece_and_has_a_last_chunk)
{
	struct world world;
	world_open(&world);
	scoped(buf) reply = BUF(REPLY_ROOM);
	scoped(buf) body = BUF(REPLY_ROOM);
	cr_assert(world_ask(&world, "GET /stream HTTP/1.1\r\n" LAST "\r\n", &reply) == 200);
	cr_assert(wire_has(&reply, "\r\nTransfer-Encoding: chunked\r\n"));
	cr_assert(wire_has(&reply, "\r\nCache-Control: no-store\r\n"));
	cr_assert(unchunk(&reply, &body));
	assert_whole(&body);
	world_close(&world);
	cr_assert(world.done == 1 && world.broken == 0);
}

Test(stream, is_cut_without_its_last_chunk_when_the_source_fails)
{
	struct world world;
	world_open(&world);
	scoped(buf) reply = BUF(REPLY_ROOM);
	scoped(buf) body = BUF(REPLY_ROOM);
	cr_assert(world_ask(&world, "GET /stream/cut HTTP/1.1\r\n" HOST "\r\n", &reply) == 200);
	cr_assert(!unchunk(&reply, &body), "the reader sees that something is missing");
	cr_assert(body.len == 2 * WORLD_PIECE, "what came before the failure is there");
	world_close(&world);
	cr_assert(world.broken == CODE_CORRUPT && world.done == 1);
}

Test(stream, may_wait_for_another_thread_before_each_piece)
{
	struct world world;
	world_open(&world);
	scoped(buf) reply = BUF(REPLY_ROOM);
	scoped(buf) body = BUF(REPLY_ROOM);
	cr_assert(world_ask(&world, "GET /stream/later HTTP/1.1\r\n" LAST "\r\n", &reply) == 200);
	cr_assert(unchunk(&reply, &body));
	assert_whole(&body);
	cr_assert(world.queued == WORLD_PIECES + 1);
	world_close(&world);
	cr_assert(world.done == 1);
}

Test(stream, leaves_its_connection_to_the_next_request)
{
	struct world world;
	world_open(&world);
	scoped(buf) reply = BUF(REPLY_ROOM);
	cr_assert(world_ask(&world, "GET /stream HTTP/1.1\r\n" HOST "\r\nGET /e?x=2 HTTP/1.1\r\n" LAST "\r\n",
			  &reply) == 200);
	cr_assert(wire_has(&reply, "0\r\n\r\nHTTP/1.1 200") && wire_has(&reply, "[x=2]"));
	world_close(&world);
}

Test(stream, has_no_body_for_head)
{
	struct world world;
	world_open(&world);
	scoped(buf) reply = BUF(REPLY_ROOM);
	cr_assert(world_ask(&world, "HEAD /stream HTTP/1.1\r\n" LAST "\r\n", &reply) == 200);
	world_close(&world);
	cr_assert(world.pulled == 0 && world.done == 1);
}

Test(stream, is_pulled_no_faster_than_it_is_read_and_cut_when_nobody_reads)
{
	struct world world;
	struct http_ask ask = WORLD_USUAL;
	ask.idle_ms = SOON_MS;
	world_open_as(&world, ask);
	int fd = wire_dial(http_port(world.server));
	wire_send(fd, SPAN_LIT("GET /stream/endless HTTP/1.1\r\n" HOST "\r\n"));
	wait_for(&world.done, 1);
	cr_assert(world.pulled > 0 && world.pulled < UNREAD_MAX, "%zu", (size_t)world.pulled);
	close(fd);
	world_close(&world);
	cr_assert(world.broken == 0, "a reader that goes is no failure of ours");
}

Test(stream, ends_when_its_reader_goes)
{
	struct world world;
	world_open(&world);
	for (size_t i = 0; i < 20; i++) {
		const char *path = i % 2 ? "GET /stream/endless HTTP/1.1\r\n" HOST "\r\n"
					 : "GET /stream/later HTTP/1.1\r\n" HOST "\r\n";
		int fd = wire_dial(http_port(world.server));
		size_t before = world.pulled;
		wire_send(fd, span_text(path));
		wait_for(&world.pulled, before + 1);
		wire_reset(fd);
		wait_for(&world.done, i + 1);
	}
	world_close(&world);
	cr_assert(world.done == 20);
}

Test(stream, is_cut_when_the_server_stops)
{
	struct world world;
	world_open(&world);
	int fd = wire_dial(http_port(world.server));
	wire_send(fd, SPAN_LIT("GET /stream/endless HTTP/1.1\r\n" HOST "\r\n"));
	wait_for(&world.pulled, 1);
	http_quiesce(world.server);
	world_stop_worker(&world);
	http_close(world.server, SOON_MS);
	cr_assert(world.done == 1 && world.ended == 1);
	close(fd);
}
