/* SPDX-License-Identifier: Apache-2.0 */
/* post - the way of sending that the settings name. */
#pragma once

#include "base/scoped.h"
#include "server/deliver/letter.h"
#include "server/env/conf.h"

struct maildir;
struct smtp;

struct post {
	struct letter_way way; /* for courier_ask; zeroed with mail.kind none */
	struct smtp *smtp;
	struct maildir *maildir;
};

/* post_open - smtp or maildir, after conf; nothing is connected yet.
 * Fails: NOT_FOUND, DENIED the password's file is not there, or open to others · INPUT · IO · NO_MEMORY.
 * Owns: post_done, after the courier was closed. */
fallible post_open(const struct conf *conf, struct post *post);
void post_done(struct post *post);
