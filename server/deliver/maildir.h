/* SPDX-License-Identifier: Apache-2.0 */
/* maildir - leave mails in a directory instead of sending them: for trying out, for tests, for hosts whose
 * own mail system collects them. Source: https://cr.yp.to/proto/maildir.html. */
#pragma once

#include "server/deliver/letter.h"

struct maildir; /* opaque */

/* maildir_open - make DIR with tmp, new and cur (mode 0700) where they are missing. Fails: IO · NO_MEMORY.
 * Owns: maildir_close, which takes NULL. */
fallible maildir_open(const char *path, struct maildir **maildir);
void maildir_close(struct maildir *maildir);

/* maildir_send - one file in new/, durable and whole before it has its name there; lines end with LF, as in
 * any Maildir. The same letter sent again is the same file. A full or broken disk is LATER.
 * struct letter_way: {maildir, maildir_send}. */
struct letter_answer maildir_send(void *maildir, const struct letter *letter);
