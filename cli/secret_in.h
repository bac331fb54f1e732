/* SPDX-License-Identifier: Apache-2.0 */
/* secret_in - a secret that somebody types or pipes in: never from argv, never shown. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

enum { SECRET_IN_MAX = 16 * 1024 };

/* secret_in_read - from standard input to its end where that is no terminal; else one line from the terminal, which shows
 * nothing of it. One line feed at the end is not part of it.
 *
 *   prompt  what is asked for, on the terminal
 *   secret  of at most SECRET_IN_MAX bytes; whoever made it wipes it (secret_in_wipe)
 * Fails: INPUT nothing came · TOO_LARGE · IO. */
fallible secret_in_read(const char *prompt, struct buf *secret);

/* secret_in_ask - one line from the terminal, whatever standard input is. Fails: INPUT there is none, or nothing came · IO. */
fallible secret_in_ask(const char *prompt, struct buf *secret);

/* secret_in_wipe - overwrite what a buffer holds. */
void secret_in_wipe(struct buf *secret);
