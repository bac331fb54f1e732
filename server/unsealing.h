/* SPDX-License-Identifier: Apache-2.0 */
/* unsealing - what opens the store, as the settings say: key file, credential, passphrase, shares. */
#pragma once

#include "server/bundle.h"
#include "server/env/conf.h"
#include "server/env/journal.h"

/* What was brought, for as long as it is needed; it stays where it is, since `secret` points into it. */
struct unsealing {
	uint8_t key[SLOT_SECRET];
	struct buf words;
	struct bundle bundle;
	struct slots_secret secret;
};

/* unsealing_read - into a zeroed one. A share that is wrong is named on standard error; at a terminal it is asked for
 * again.
 *
 * Fails: NOT_FOUND no key file, no credential, no store · DENIED others can read the key file · CORRUPT · INPUT standard
 * input ends too early, or it is no share · FORGED a share is wrong or of another store · IO. Owns: unsealing_done
 * wipes; scoped(unsealing). */
fallible unsealing_read(const struct conf *conf, struct journal *journal, struct unsealing *unsealing);
void unsealing_done(struct unsealing *unsealing);
