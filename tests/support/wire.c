/* SPDX-License-Identifier: Apache-2.0 */
/* wire - blocking sockets with poll in front. */
#include "tests/support/wire.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SILENCE_MS = 10000, CHUNK = 16384 };

static void give_up(const char *why)
{
	fprintf(stderr, "wire: %s\n", why);
	abort();
}

/* dial - -1 when nobody listens. */
static int dial(unsigned port)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

int wire_dial(unsigned port)
{
	int fd = dial(port);
	if (fd < 0)
		give_up("no connection");
	return fd;
}

bool wire_can_dial(unsigned port)
{
	int fd = dial(port);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

bool wire_try(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
		if (n <= 0)
			return false;
		bytes = span_from(bytes, (size_t)n);
	}
	return true;
}

void wire_send(int fd, struct span bytes)
{
	if (!wire_try(fd, bytes))
		give_up("the peer takes nothing");
}

/* read_some - false at the end, a reset among it. */
static bool read_some(int fd, struct buf *in)
{
	uint8_t chunk[CHUNK];
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	if (poll(&readable, 1, SILENCE_MS) != 1)
		give_up("the peer is silent");
	ssize_t n = recv(fd, chunk, sizeof chunk, 0);
	if (n > 0)
		buf_put(in, span_of(chunk, (size_t)n));
	return n > 0;
}

static struct span find(struct span in, const char *text)
{
	uint8_t *found = in.len ? memmem(in.at, in.len, text, strlen(text)) : NULL;
	return found ? span_from(in, (size_t)(found - in.at)) : SPAN_NONE;
}

static unsigned long number_behind(struct span in, const char *text)
{
	struct span at = find(in, text);
	char digits[16] = {0};
	if (!at.at)
		return 0;
	struct span rest = span_first(span_from(at, strlen(text)), sizeof digits - 1);
	memcpy(digits, rest.at, rest.len);
	return strtoul(digits, NULL, 10);
}

int wire_read_reply(int fd, struct buf *in, size_t *at)
{
	struct span rest = span_from(buf_span(in), *at);
	while (!find(rest, "\r\n\r\n").at) {
		if (!read_some(fd, in))
			return 0;
		rest = span_from(buf_span(in), *at);
	}
	size_t head = rest.len - find(rest, "\r\n\r\n").len + 4;
	size_t whole = *at + head + number_behind(span_first(rest, head), "\r\nContent-Length: ");
	while (in->len < whole) {
		if (!read_some(fd, in))
			return 0;
	}
	int status = (int)number_behind(span_from(buf_span(in), *at), "HTTP/1.1 ");
	*at = whole;
	return status;
}

void wire_read_end(int fd, struct buf *in)
{
	while (read_some(fd, in))
		;
}

bool wire_read_until(int fd, struct buf *in, const char *text)
{
	while (!wire_has(in, text)) {
		if (!read_some(fd, in))
			return false;
	}
	return true;
}

int wire_ask(unsigned port, struct span request, struct buf *reply)
{
	int fd = wire_dial(port);
	wire_try(fd, request);
	wire_read_end(fd, reply);
	close(fd);
	return (int)number_behind(buf_span(reply), "HTTP/1.1 ");
}

bool wire_is_silent(int fd, int ms)
{
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	return poll(&readable, 1, ms) == 0;
}

bool wire_has(const struct buf *in, const char *text)
{
	return find(buf_span(in), text).at != NULL;
}

void wire_reset(int fd)
{
	struct linger at_once = {.l_onoff = 1, .l_linger = 0};
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close(fd);
}
