/* SPDX-License-Identifier: Apache-2.0 */
/* Where a request ends: what two readers could cut in two places is refused. */
#include "server/http/framing.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { ROWS = 8, BLOCK = 512 };

/* A head as the HTTP library leaves it: separators and line ends are NULs, the spans point between them. */
struct parsed {
	uint8_t block[BLOCK];
	struct framing_field rows[ROWS];
	struct framing_head head;
	char *rest;
	size_t line_len;
};

/* cut_line - as the library does: up to LF, a CR in front of it goes too; both become NUL. */
static char *cut_line(struct parsed *parsed)
{
	char *line = parsed->rest;
	char *end = memchr(line, '\n', (size_t)((char *)parsed->block + BLOCK - line));
	cr_assert(end != NULL);
	parsed->rest = end + 1;
	parsed->line_len = (size_t)(end - line);
	*end = 0;
	if (end > line && end[-1] == '\r')
		end[-1] = 0;
	return line;
}

static void cut_request_line(struct parsed *parsed, char *line)
{
	char *target = strchr(line, ' ') + 1;
	char *version = (char *)memrchr(line, ' ', parsed->line_len) + 1;
	version[-1] = 0;
	parsed->head.target = span_text(target);
	parsed->head.version = span_text(version);
}

static void cut_field(struct parsed *parsed, char *line)
{
	char *value = strchr(line, ':');
	cr_assert(value != NULL);
	*value++ = 0;
	while (*value == ' ' || *value == '\t')
		value++;
	cr_assert(parsed->head.count < ROWS);
	parsed->rows[parsed->head.count++] = (struct framing_field){span_text(line), span_text(value)};
}

static void parse(struct parsed *parsed, const char *text, size_t len)
{
	*parsed = (struct parsed){.head.fields = parsed->rows};
	cr_assert(len < BLOCK);
	memcpy(parsed->block, text, len);
	parsed->head.block = span_of(parsed->block, len);
	parsed->rest = (char *)parsed->block;
	cut_request_line(parsed, cut_line(parsed));
	for (char *line = cut_line(parsed); *line; line = cut_line(parsed))
		cut_field(parsed, line);
}

static struct err verdict(const char *text, struct framing *framing)
{
	struct parsed parsed;
	parse(&parsed, text, strlen(text));
	return framing_check(&parsed.head, framing);
}

static struct err layout(const char *text, size_t len)
{
	struct parsed parsed;
	parse(&parsed, text, len);
	return framing_check_layout(&parsed.head);
}

#define LINE "POST /x HTTP/1.1\r\n"
#define HOST LINE "Host: h\r\n"

Test(framing, finds_the_length_of_a_body)
{
	struct framing framing;
	cr_assert(!err_failed(verdict(HOST "\r\n", &framing)));
	cr_assert(!framing.chunked && framing.length == 0);
	cr_assert(!err_failed(verdict(HOST "content-LENGTH: 0012\r\n\r\n", &framing)));
	cr_assert(!framing.chunked && framing.length == 12);
	cr_assert(!err_failed(verdict(HOST "Transfer-Encoding: Chunked\r\n\r\n", &framing)));
	cr_assert(framing.chunked && framing.length == 0);
	cr_assert(!err_failed(verdict("GET /x HTTP/1.0\r\n\r\n", &framing)), "HTTP/1.0 has no Host");
}

Test(framing, refuses_each_ambiguous_head)
{
	const char *const bad[] = {
		LINE "\r\n",
		LINE "Accept: *\r\n\r\n",
		HOST "Host: h\r\n\r\n",
		HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
		HOST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
		HOST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n",
		HOST "Content-Length: 5\r\ncontent-length: 6\r\n\r\n",
		HOST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
		HOST "Transfer-Encoding: identity\r\n\r\n",
		HOST "Transfer-Encoding: gzip, chunked\r\n\r\n",
		HOST "Transfer-Encoding: chunked, chunked\r\n\r\n",
		HOST "Transfer-Encoding: xchunked\r\n\r\n",
		HOST "Transfer-Encoding: chunked \r\n\r\n",
		HOST "Transfer-Encoding: \"chunked\"\r\n\r\n",
		HOST "Transfer-Encoding:\r\n\r\n",
		HOST "Transfer-Encoding:\v chunked\r\n\r\n",
		"POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
		HOST "Content-Length : 5\r\n\r\n",
		HOST "Content-Length\t: 5\r\n\r\n",
		HOST " Content-Length: 5\r\n\r\n",
		HOST "Content-Length: +5\r\n\r\n",
		HOST "Content-Length: 5, 5\r\n\r\n",
		HOST "Content-Length: 0x5\r\n\r\n",
		HOST "Content-Length: -1\r\n\r\n",
		HOST "Content-Length: 5 \r\n\r\n",
		HOST "Content-Length:\r\n\r\n",
		HOST ": 5\r\n\r\n",
		HOST "X\x80: 5\r\n\r\n",
		HOST "X(: 5\r\n\r\n",
		HOST "X: a\rContent-Length: 5\r\n\r\n",
		HOST "X: a\x01\r\n\r\n",
		HOST "X: a\x7f\r\n\r\n",
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct framing framing;
		struct err err = verdict(bad[i], &framing);
		cr_assert(err.code == CODE_SMUGGLING, "case %zu: %s", i, err.why);
	}
}

Test(framing, refuses_a_second_header_that_says_who_asks)
{
	static const char *const names[] = {"Authorization", "Idempotency-Key", "Muniment-Actor",
		"Muniment-Device", "Muniment-Verification"};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct framing framing;
		char once[BLOCK], twice[BLOCK];
		snprintf(once, sizeof once, HOST "%s: a\r\n\r\n", names[i]);
		snprintf(twice, sizeof twice, HOST "%s: a\r\nX: y\r\n%s: a\r\n\r\n", names[i], names[i]);
		cr_assert(!err_failed(verdict(once, &framing)), "%s", names[i]);
		cr_assert(verdict(twice, &framing).code == CODE_SMUGGLING, "%s", names[i]);
	}
	struct framing framing;
	cr_assert(!err_failed(verdict(HOST "Accept: a\r\nAccept: b\r\n\r\n", &framing)), "a list may be cut");
}

Test(framing, refuses_a_length_over_64_bits_as_too_large)
{
	struct framing framing;
	cr_assert(!err_failed(verdict(HOST "Content-Length: 18446744073709551615\r\n\r\n", &framing)));
	cr_assert(framing.length == UINT64_MAX);
	cr_assert(
		verdict(HOST "Content-Length: 18446744073709551616\r\n\r\n", &framing).kind == ERR_TOO_LARGE);
	cr_assert(
		verdict(HOST "Content-Length: 99999999999999999999\r\n\r\n", &framing).kind == ERR_TOO_LARGE);
}

Test(framing, takes_a_head_that_was_read_as_sent)
{
	const char *const good[] = {
		HOST "\r\n",
		LINE "Host:h\r\nAccept: \t text/plain\r\nX:\r\nY: a \r\n\r\n",
		"GET /x?a=b%20c HTTP/1.0\r\n\r\n",
	};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		cr_assert(!err_failed(layout(good[i], strlen(good[i]))), "%zu", i);
}

Test(framing, refuses_a_head_that_was_read_otherwise_than_sent)
{
#define CASE(text)                     \
	{                              \
		text, sizeof(text) - 1 \
	}
	const struct {
		const char *text;
		size_t len;
	} bad[] = {
		CASE(HOST "X: a\n\r\n"),
		CASE(HOST "X: a\nY: b\r\n\r\n"),
		CASE("POST /x HTTP/1.1\nHost: h\r\n\r\n"),
		CASE(HOST "X: b\r\n\n"),
		CASE(HOST "X: a\0Content-Length: 5\r\n\r\n"),
		CASE(HOST "X: a\0\r\nY: b\r\n\r\n"),
		CASE("POST /x\0y HTTP/1.1\r\nHost: h\r\n\r\n"),
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_assert(layout(bad[i].text, bad[i].len).code == CODE_SMUGGLING, "%zu", i);
}

Test(framing, refuses_a_folded_value)
{
	struct parsed parsed;
	const char text[] = HOST "X: a\r\nY: b\r\n\r\n";
	parse(&parsed, text, sizeof text - 1);
	static const uint8_t joined[] = "Y: b c";
	parsed.rows[2].name = span_of(joined, 1);
	parsed.rows[2].value = span_of(joined + 3, 3);
	cr_assert(framing_check_layout(&parsed.head).code == CODE_SMUGGLING,
		"the library joins the lines elsewhere");
}
