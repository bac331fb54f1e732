/* SPDX-License-Identifier: Apache-2.0 */
/* control - the local socket DIR/control: whoever owns the store, or root, says one line to the server that has it open,
 * hears an answer, and is let go.
 *
 * The socket is made 0600, and the kernel is asked who speaks. Source: unix(7). */
#pragma once

#include "base/buf.h"
#include "base/err.h"

enum {
	CONTROL_PATIENCE_MS = 2000, /* for a whole line, and to take the answer */
	CONTROL_ANSWER_MS = 600000, /* that whoever asks waits: opening a large store takes long */
};

/* The server's end. */
struct control {
	int folder, listener; /* descriptors + 1; 0 = none */
};

/* control_open - listen; what a killed server left there is removed, so the caller owns the directory (volume_lock).
 * Fails: IO. Owns: control_close, which takes a zeroed one. */
fallible control_open(const char *directory, struct control *control);
void control_close(struct control *control);

/* Somebody who spoke. */
struct control_talk {
	int fd; /* + 1; 0 = nobody */
	unsigned user;
	struct buf line; /* without its end; the caller sets its maximum before */
};

/* control_hear - the next who speaks, when poll says that the listener can be read. Fails: DENIED another user ·
 * INPUT he said nothing whole in time · TOO_LARGE · IO.
 * control_answer - Fails: IO he did not take it.
 * control_talk_done - let him go; the line is wiped. Takes a zeroed one. */
fallible control_hear(const struct control *control, struct control_talk *talk);
fallible control_answer(const struct control_talk *talk, struct span answer);
void control_talk_done(struct control_talk *talk);

/* control_ask - the other end: one line with its end, and all of the answer.
 *
 * Fails: NOT_FOUND nobody listens there · DENIED the socket is another user's · IO · TOO_LARGE. */
fallible control_ask(const char *directory, struct span line, struct buf *answer);
