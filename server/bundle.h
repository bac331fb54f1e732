/* SPDX-License-Identifier: Apache-2.0 */
/* bundle - shares that were brought to open the store so far: all of one slot, and each one known to be right. */
#pragma once

#include "server/keeper/slots.h"

struct bundle {
	struct share shares[SHAMIR_MOST];
	uint8_t count;
	uint8_t least; /* that many open the store; 0 = there is none yet */
};

void bundle_done(struct bundle *bundle); /* wipes */

/* bundle_add - one more, as it was typed. After a failure the bundle is as it was.
 *
 * Fails: INPUT it is no share, was given already, or is of another slot than those before · FORGED it is wrong, or of no
 * slot of this store. */
fallible bundle_add(struct bundle *bundle, struct keyring *keyring, struct span typed);

static inline bool bundle_is_full(const struct bundle *bundle)
{
	return bundle->count > 0 && bundle->count >= bundle->least;
}

/* bundle_secret - what opens the store; it points into the bundle. */
static inline struct slots_secret bundle_secret(const struct bundle *bundle)
{
	return (struct slots_secret){.kind = SLOT_SHARES, .shares = bundle->shares, .count = bundle->count};
}
