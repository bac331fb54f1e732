/* SPDX-License-Identifier: Apache-2.0 */
/* verifier - the thread that reads the server's own store again: the protected rows and the wrapped keys at once after a start, the whole
 * log a little later and then once a day. It yields to everybody else. */
#pragma once

#include "server/core/server.h"
#include "server/env/journal.h"

struct verifier; /* opaque: one thread */

/* server and journal outlive it. */
struct verifier_ask {
	struct server *server;
	struct journal *journal;
	int64_t hours;   /* between two passes; 0 = only rows and keys, at start */
	int64_t delay_s; /* from the start to the first pass */
};

/* verifier_open - start the thread. Fails: NO_MEMORY. Owns: verifier_close. */
fallible verifier_open(const struct verifier_ask *ask, struct verifier **verifier);

/* verifier_close - break off what runs and stop it, before the committer. Takes NULL. */
void verifier_close(struct verifier *verifier);
