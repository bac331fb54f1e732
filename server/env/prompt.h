/* SPDX-License-Identifier: Apache-2.0 */
/* prompt - a secret that somebody types, or a program pipes: one line of standard input, not shown. */
#pragma once

#include "base/buf.h"
#include "server/env/journal.h"

/* prompt_is_watched - somebody sits at a terminal: what is wrong may be typed again. */
bool prompt_is_watched(void);

/* prompt_line - ask, where somebody watches, and append the next line, without its end.
 *
 *   line  the caller wipes it
 * Fails: INPUT standard input is at its end · TOO_LARGE over the line's maximum · IO. */
fallible prompt_line(struct journal *journal, const char *question, struct buf *line);
