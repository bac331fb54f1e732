/* SPDX-License-Identifier: Apache-2.0 */
/* Raw bytes against a small application: requests whole and in pieces, replies, ambiguous requests, limits.
 */
#include "tests/server/http_world.h"
#include "tests/support/wire.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <unistd.h>

enum { REPLY_ROOM = 8 * 1024 * 1024 };

#define HOST "Host: h\r\n"
#define LAST HOST "Connection: close\r\n"

Test(http, shows_a_request_to_the_application_as_it_was_meant)
{
	struct world world;
	world_open(&world);
	scoped(buf) reply = BUF(REPLY_ROOM);
	cr_assert(world_ask(&world, "GET /a%20b/?x=1&y=a%26b+c HTTP/1.1\r\nX-Probe: p q\r\n" LAST "\r\n",
			  &reply) == 200);
	cr_assert(wire_has(&reply, "method=0 path=/a b/ peer=127.0.0.1 probe=p q [x=1] [y=a&b c] body="));
	cr_assert(world_ask(&world, "PUT /e HTTP/1.1\r\nContent-Length: 5\r\n" LAST "\r\nhello", &reply) ==
		200);
	cr_assert(wire_has(&reply, "method=2 path=/e peer=127.0.0.1 probe= body=hello"));
	cr_assert(world_ask(&world, "GET /a?x=%zz HTTP/1.1\r\n" LAST "\r\n", &reply) == 400,
		"a query is checked when it is read");
	cr_assert(world_ask(&world, "GET /old HTTP/1.0\r\n\r\n", &reply) == 200, "HTTP/1.0 needs no Host");
	world_close(&world);
}

Test(http, reads_a_chunked_body_and_a_body_in_pieces)
{
	struct world world;
	world_open(&world);
	scoped(buf) reply = BUF(REPLY_ROOM);
	cr_assert(world_ask(&world,
			  "POST /e HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" LAST
			  "\r\n5\r\nhello\r\n1;x=y\r\n \r\n5\r\nworld\r\n0\r\n\r\n",
			  &reply) == 200);
	cr_assert(wire_has(&reply, "body=hello world"));
	int fd = wire_dial(http_port(world.server));
	const char text[] = "POST /e HTTP/1.1\r\nContent-Length: 5\r\n" LAST "\r\nhello";
	for (size_t i = 0; i < sizeof text - 1; i++)
		wire_send(fd, span_of(text + i, 1));
	buf_clear(&reply);
	wire_read_end(fd, &reply);
	close(fd);
	cr_assert(wire_has(&reply, "body=hello"));
	world_close(&world);
}

Test(http, answers_pipelined_requests_in_order)
{
	struct world world;
	world_open(&world);
	scoped(buf) in = BUF(REPLY_ROOM);
	size_t at = 0;
	int fd = wire_dial(http_port(world.server));
	for (unsigned i = 0; i < 20; i++) {
		scoped(buf) request = BUF(1024);
		buf_printf(&request, "POST %s?n=%u HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx",
			i % 2 ? "/later" : "/e", i);
		wire_send(fd, buf_span(&request));
	}
	for (unsigned i = 0; i < 20; i++) {
		char expected[32];
		size_t from = at;
		snprintf(expected, sizeof expected, "[n=%u] body=x", i);
		cr_assert(wire_read_reply(fd, &in, &at) == 200);
		cr_assert(memmem(in.data + from, at - from, expected, strlen(expected)) != NULL, "%u", i);
	}
	close(fd);
	world_close(&world);
}

Test(http, answers_head_without_a_body)
{
	struct world world;
	world_open(&world);
	scoped(buf) reply = BUF(REPLY_ROOM);
	cr_assert(world_ask(&world, "HEAD /e HTTP/1.1\r\n" LAST "\r\n", &reply) == 200);
	cr_assert(wire_has(&reply, "\r\nContent-Length: ") && !wire_has(&reply, "Content-Length: 0"));
	cr_assert(!wire_has(&reply, "method="));
	world_close(&world);
}

Test(http, says_100_before_a_body_that_waits_for_it_and_413_to_one_that_is_too_large)
{
	struct world world;
	world_open(&world);
	scoped(buf) in = BUF(REPLY_ROOM);
	size_t at = 0;
	int fd = wire_dial(http_port(world.server));
	wire_send(fd,
		SPAN_LIT("POST /e HTTP/1.1\r\n" HOST "Content-Length: 5\r\nExpect: 100-continue\r\n\r\n"));
	cr_assert(wire_read_reply(fd, &in, &at) == 100);
	wire_send(fd, SPAN_LIT("hello"));
	cr_assert(wire_read_reply(fd, &in, &at) == 200);
	wire_send(fd,
		SPAN_LIT(
			"POST /e HTTP/1.1\r\n" HOST "Content-Length: 65537\r\nExpect: 100-continue\r\n\r\n"));
	cr_assert(wire_read_reply(fd, &in, &at) == 413);
	close(fd);
	world_close(&world);
}

Test(http, adds_the_headers_that_every_reply_has)
{
	struct world world;
	world_open(&world);
	scoped(buf) reply = BUF(REPLY_ROOM);
	cr_assert(world_ask(&world, "GET /e HTTP/1.1\r\n" LAST "\r\n", &reply) == 200);
	cr_assert(wire_has(&reply, "\r\nX-Content-Type-Options: nosniff\r\n"));
	cr_assert(wire_has(&reply, "\r\nCache-Control: no-store\r\n"));
	cr_assert(wire_has(&reply, "\r\nContent-Type: text/plain\r\n"));
	cr_assert(world_ask(&world, "GET /cached HTTP/1.1\r\n" LAST "\r\n", &reply) == 200);
	cr_assert(wire_has(&reply, "\r\nCache-Control: max-age=60\r\n") && !wire_has(&reply, "no-store"));
	cr_assert(wire_has(&reply, "\r\nX-Request-Id: req_12\r\n"), "a value is cut at the end of its span");
	cr_assert(world_ask(&world, "GET /empty HTTP/1.1\r\n" LAST "\r\n", &reply) == 204);
	cr_assert(!wire_has(&reply, "Content-Type:"));
	world_close(&world);
}

Test(http, sends_a_large_reply_whole_and_closes_when_told_to)
{
	struct world world;
	world_open(&world);
	scoped(buf) in = BUF(REPLY_ROOM);
	size_t at = 0;
	int fd = wire_dial(http_port(world.server));
	wire_send(fd, SPAN_LIT("GET /big HTTP/1.1\r\n" HOST "\r\nGET /close HTTP/1.1\r\n" HOST "\r\n"));
	cr_assert(wire_read_reply(fd, &in, &at) == 200 && at > 4 * 1024 * 1024);
	cr_assert(wire_read_reply(fd, &in, &at) == 200);
	wire_read_end(fd, &in);
	cr_assert(in.len == at);
	close(fd);
	world_close(&world);
}

Test(http, makes_an_internal_error_of_a_reply_that_was_not_filled)
{
	struct world world;
	world_open(&world);
	scoped(buf) reply = BUF(REPLY_ROOM);
	cr_assert(world_ask(&world, "GET /nothing HTTP/1.1\r\n" HOST "\r\n", &reply) == 500);
	cr_assert(world.refused == CODE_BUG);
	world_close(&world);
}

struct attack {
	const char *text;
	size_t len;
	enum err_code code;
};

#define ATTACK(code, text)                          \
	{                                           \
		text, sizeof(text) - 1, CODE_##code \
	}
#define SMUGGLED "\r\nGET /smuggled HTTP/1.1\r\n" HOST "\r\n"

/* refuse_all - each is answered once with 400, the connection is closed, and no part of it reaches the
 * application. */
static void refuse_all(const struct attack *attacks, size_t count)
{
	struct world world;
	world_open(&world);
	for (size_t i = 0; i < count; i++) {
		scoped(buf) reply = BUF(REPLY_ROOM);
		world.refused = CODE_NONE;
		int status =
			wire_ask(http_port(world.server), span_of(attacks[i].text, attacks[i].len), &reply);
		cr_assert(status == 400, "case %zu: %d", i, status);
		cr_assert(world.refused == attacks[i].code, "case %zu", i);
		cr_assert(wire_has(&reply, "\r\nConnection: close\r\n"), "case %zu", i);
		cr_assert(!wire_has(&reply, "smuggled"), "case %zu", i);
	}
	cr_assert(world.begun == 0);
	world_close(&world);
}

Test(http, refuses_every_request_that_two_readers_could_cut_in_two_places)
{
	static const struct attack ATTACKS[] = {
		ATTACK(SMUGGLING,
			"POST /e HTTP/1.1\r\n" HOST
			"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" SMUGGLED),
		ATTACK(SMUGGLING,
			"POST /e HTTP/1.1\r\n" HOST
			"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n" SMUGGLED),
		ATTACK(SMUGGLING,
			"POST /e HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n" SMUGGLED),
		ATTACK(SMUGGLING,
			"POST /e HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n0\r\n" SMUGGLED),
		ATTACK(SMUGGLING,
			"POST /e HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked \r\n\r\n0\r\n" SMUGGLED),
		ATTACK(SMUGGLING,
			"POST /e HTTP/1.1\r\n" HOST
			"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n" SMUGGLED),
		ATTACK(SMUGGLING, "POST /e HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" SMUGGLED),
		ATTACK(SMUGGLING,
			"POST /e HTTP/1.1\r\n" HOST "Content-Length: 0\r\nContent-Length: 60\r\n" SMUGGLED),
		ATTACK(SMUGGLING,
			"POST /e HTTP/1.1\r\n" HOST "Content-Length: 0\r\nContent-Length: 0\r\n" SMUGGLED),
		ATTACK(SMUGGLING, "POST /e HTTP/1.1\r\n" HOST HOST SMUGGLED),
		ATTACK(SMUGGLING, "POST /e HTTP/1.1\r\nContent-Length: 0\r\n" SMUGGLED),
		ATTACK(SMUGGLING, "POST /e HTTP/1.1\r\n" HOST "Content-Length : 60\r\n" SMUGGLED),
		ATTACK(SMUGGLING, "POST /e HTTP/1.1\r\n" HOST "Content-Length\t: 60\r\n" SMUGGLED),
		ATTACK(SMUGGLING, "POST /e HTTP/1.1\r\n Content-Length: 60\r\n" HOST SMUGGLED),
		ATTACK(SMUGGLING, "POST /e HTTP/1.1\r\n" HOST "X: a\0b\r\n" SMUGGLED),
		ATTACK(SMUGGLING, "POST /e HTTP/1.1\r\n" HOST "X: a\0\r\n" SMUGGLED),
		ATTACK(SMUGGLING, "POST /e HTTP/1.1\r\n" HOST "X: a\rContent-Length: 60\r\n" SMUGGLED),
		ATTACK(SMUGGLING, "POST /e HTTP/1.1\r\n" HOST "X: a\r\n Content-Length: 60\r\n" SMUGGLED),
		ATTACK(SMUGGLING, "POST /e HTTP/1.1\r\n" HOST "X: a\nContent-Length: 60\r\n" SMUGGLED),
		ATTACK(SMUGGLING, "POST /e HTTP/1.1\nHost: h\r\n" SMUGGLED),
		ATTACK(SMUGGLING, "POST /e HTTP/1.1\r\n" HOST "\n" SMUGGLED),
	};
	refuse_all(ATTACKS, sizeof ATTACKS / sizeof ATTACKS[0]);
}

Test(http, never_shows_what_the_library_itself_refuses)
{
	static const char *const BAD[] = {
		"POST /e HTTP/1.1\r\n" HOST "Content-Length: +5\r\n" SMUGGLED,
		"POST /e HTTP/1.1\r\n" HOST "Content-Length: 5 \r\n" SMUGGLED,
		"POST /e HTTP/1.1\r\n" HOST "Content-Length: 5, 5\r\n" SMUGGLED,
		"POST /e HTTP/1.1\r\n" HOST "no colon\r\n" SMUGGLED,
		"POST /e HTTP/2.0\r\n" HOST SMUGGLED,
		"POST /e HTTP/0.9\r\n" HOST SMUGGLED,
		"POST /e\r\n" HOST SMUGGLED,
		"POST /e http/1.1\r\n" HOST SMUGGLED,
		"POST\r\n" HOST SMUGGLED,
	};
	struct world world;
	world_open(&world);
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		scoped(buf) reply = BUF(REPLY_ROOM);
		int status = world_ask(&world, BAD[i], &reply);
		cr_assert(status == 0 || status >= 400, "case %zu: %d", i, status);
		cr_assert(!wire_has(&reply, "smuggled") && world.shown == 0, "case %zu", i);
	}
	world_close(&world);
}

Test(http, refuses_every_target_that_a_proxy_could_read_otherwise)
{
	static const struct attack ATTACKS[] = {
		ATTACK(INPUT, "GET /a%00b HTTP/1.1\r\n" HOST "\r\n"),
		ATTACK(INPUT, "GET /a%2fb HTTP/1.1\r\n" HOST "\r\n"),
		ATTACK(INPUT, "GET /a%5Cb HTTP/1.1\r\n" HOST "\r\n"),
		ATTACK(INPUT, "GET /a\\b HTTP/1.1\r\n" HOST "\r\n"),
		ATTACK(INPUT, "GET /a%0ab HTTP/1.1\r\n" HOST "\r\n"),
		ATTACK(INPUT, "GET /a\x01 HTTP/1.1\r\n" HOST "\r\n"),
		ATTACK(INPUT, "GET /a b HTTP/1.1\r\n" HOST "\r\n"),
		ATTACK(INPUT, "GET /a/../b HTTP/1.1\r\n" HOST "\r\n"),
		ATTACK(INPUT, "GET /a/%2e%2e/b HTTP/1.1\r\n" HOST "\r\n"),
		ATTACK(INPUT, "GET /a//b HTTP/1.1\r\n" HOST "\r\n"),
		ATTACK(INPUT, "GET //a HTTP/1.1\r\n" HOST "\r\n"),
		ATTACK(INPUT, "GET http://h/a HTTP/1.1\r\n" HOST "\r\n"),
		ATTACK(INPUT, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n"),
		ATTACK(SMUGGLING, "GET /a\0b HTTP/1.1\r\n" HOST "\r\n"),
	};
	refuse_all(ATTACKS, sizeof ATTACKS / sizeof ATTACKS[0]);
}

Test(http, takes_a_long_head_in_pieces_and_refuses_one_with_too_many_fields)
{
	struct world world;
	world_open(&world);
	scoped(buf) request = BUF(64 * 1024);
	scoped(buf) reply = BUF(REPLY_ROOM);
	buf_put_text(&request, "GET /e?x=1 HTTP/1.1\r\n" LAST);
	for (unsigned i = 0; i < HTTP_HEADERS_MAX - 2; i++)
		buf_printf(&request, "X-%u: %0200u\r\n", i, i);
	struct span most = buf_span(&request);
	int fd = wire_dial(http_port(world.server));
	for (struct span rest = most; rest.len; rest = span_from(rest, 997))
		wire_send(fd, span_first(rest, 997));
	wire_send(fd, SPAN_LIT("\r\n"));
	wire_read_end(fd, &reply);
	close(fd);
	cr_assert(wire_has(&reply, "HTTP/1.1 200 "));
	buf_put_text(&request, "X: one too many\r\n\r\n");
	buf_clear(&reply);
	cr_assert(wire_ask(http_port(world.server), buf_span(&request), &reply) == 413);
	buf_clear(&request);
	buf_printf(&request, "GET /%0*u HTTP/1.1\r\n" LAST "\r\n", HTTP_TARGET_MAX, 0U);
	buf_clear(&reply);
	cr_assert(wire_ask(http_port(world.server), buf_span(&request), &reply) == 413,
		"nor a target that is too long");
	world_close(&world);
}

Test(http, reads_a_query_of_more_parameters_than_the_library_could_hold)
{
	struct world world;
	world_open(&world);
	scoped(buf) request = BUF(64 * 1024);
	scoped(buf) reply = BUF(REPLY_ROOM);
	buf_put_text(&request, "GET /e?");
	for (unsigned i = 0; i < 1000; i++)
		buf_printf(&request, "%x&", i % 256);
	buf_put_text(&request, "end=1 HTTP/1.1\r\n" LAST "\r\n");
	cr_assert(wire_ask(http_port(world.server), buf_span(&request), &reply) == 200);
	cr_assert(wire_has(&reply, "[e7=] [end=1] body="));
	world_close(&world);
}

Test(http, refuses_a_body_over_the_maximum_before_reading_any_of_it)
{
	struct world world;
	world_open(&world);
	scoped(buf) reply = BUF(REPLY_ROOM);
	cr_assert(world_ask(&world, "POST /e HTTP/1.1\r\n" HOST "Content-Length: 65537\r\n\r\n", &reply) ==
		413);
	cr_assert(world.refused == CODE_TOO_LARGE && world.begun == 0);
	cr_assert(world_ask(&world, "GET /e HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\nx", &reply) == 413);
	cr_assert(
		world_ask(&world, "POST /e HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551615\r\n\r\n",
			&reply) == 413);
	world_close(&world);
}

/* send_far_too_much - a head that announces it, then all of it; false when the peer closed meanwhile. */
static bool send_far_too_much(int fd, size_t mebibytes)
{
	static const uint8_t MEBIBYTE[1024 * 1024] = {'x'};
	scoped(buf) head = BUF(256);
	buf_printf(&head, "POST /e HTTP/1.1\r\n" LAST "Content-Length: %zu\r\n\r\n", mebibytes << 20);
	wire_send(fd, buf_span(&head));
	while (mebibytes > 0 && wire_try(fd, SPAN_BYTES(MEBIBYTE)))
		mebibytes--;
	return mebibytes == 0;
}

Test(http, who_sends_all_of_a_body_that_is_too_large_reads_that_it_is)
{
	struct world world;
	world_open(&world);
	scoped(buf) reply = BUF(REPLY_ROOM);
	int fd = wire_dial(http_port(world.server));
	cr_assert(send_far_too_much(fd, 8), "the connection was reset");
	wire_read_end(fd, &reply);
	cr_assert(wire_has(&reply, "HTTP/1.1 413 "));
	close(fd);
	fd = wire_dial(http_port(world.server));
	cr_assert(!send_far_too_much(fd, 512), "nobody is listened to for ever");
	close(fd);
	cr_assert(world.begun == 0);
	world_close(&world);
}

/* send_chunks - so many chunks of 1,024 bytes; false when the peer closed meanwhile. */
static bool send_chunks(int fd, size_t count)
{
	char chunk[1024 + 7] = "400\r\n";
	memset(chunk + 5, 'c', 1024);
	memcpy(chunk + 5 + 1024, "\r\n", 2);
	while (count > 0 && wire_try(fd, span_of(chunk, sizeof chunk)))
		count--;
	return count == 0;
}

Test(http, drains_a_chunked_body_over_the_maximum_up_to_a_bound)
{
	struct world world;
	world_open(&world);
	scoped(buf) reply = BUF(REPLY_ROOM);
	for (size_t chunks = 64; chunks <= 65; chunks++) {
		int fd = wire_dial(http_port(world.server));
		wire_send(fd, SPAN_LIT("POST /e HTTP/1.1\r\n" LAST "Transfer-Encoding: chunked\r\n\r\n"));
		cr_assert(send_chunks(fd, chunks));
		wire_send(fd, SPAN_LIT("0\r\n\r\n"));
		buf_clear(&reply);
		wire_read_end(fd, &reply);
		close(fd);
		cr_assert(wire_has(&reply, chunks == 64 ? "HTTP/1.1 200 " : "HTTP/1.1 413 "), "%zu", chunks);
	}
	int fd = wire_dial(http_port(world.server));
	wire_send(fd, SPAN_LIT("POST /e HTTP/1.1\r\n" LAST "Transfer-Encoding: chunked\r\n\r\n"));
	cr_assert(!send_chunks(fd, 1024 * 1024), "nobody is drained for ever");
	close(fd);
	world_close(&world);
}
