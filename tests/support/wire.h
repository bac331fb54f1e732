/* SPDX-License-Identifier: Apache-2.0 */
/* wire - raw bytes to a server on loopback and back. A peer that stays silent for ten seconds ends the test.
 */
#pragma once

#include "base/buf.h"

/* wire_dial - a connection to a port of 127.0.0.1; the caller closes it. */
int wire_dial(unsigned port);

/* wire_can_dial - whether anybody listens there. */
bool wire_can_dial(unsigned port);

/* wire_send - all of it. wire_try - as much as the peer takes; false when it has closed. */
void wire_send(int fd, struct span bytes);
bool wire_try(int fd, struct span bytes);

/* wire_read_reply - one reply by its Content-Length, head and body, appended; its status. *at is where the
 * reply before it ended: start at 0 and keep it for pipelined replies. */
int wire_read_reply(int fd, struct buf *in, size_t *at);

/* wire_read_end - what comes until the peer closes or resets. */
void wire_read_end(int fd, struct buf *in);

/* wire_read_until - until a text stands in what was read, which `in` may hold already; false when the peer closes before. */
bool wire_read_until(int fd, struct buf *in, const char *text);

/* wire_ask - on a connection of its own: send, read until the peer closes, NUL-ended; the status, 0 = no
 * reply. */
int wire_ask(unsigned port, struct span request, struct buf *reply);

/* wire_is_silent - waits so long for a byte or an end; true when there was none. */
bool wire_is_silent(int fd, int ms);

/* wire_has - whether a text stands in what was read. */
bool wire_has(const struct buf *in, const char *text);

/* wire_reset - close so that the peer sees a reset. */
void wire_reset(int fd);
