/* SPDX-License-Identifier: Apache-2.0 */
/* head - the one row that every commit rewrites: where the log stands, and a sum over all protected rows.
 *
 * The sum is a multiset hash: each protected row is a keyed BLAKE2b-512 term, added modulo 2^512. A row put
 * back by hand, or taken away, makes it differ. Source: FOUNDATIONS 9, docs/formats.md "head row". */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "crypto/hash.h"
#include "store/keys.h"

struct head_sum {
	uint64_t limb[8]; /* least significant first */
};

struct head {
	uint64_t sequence;         /* of the last row of the log; 0 = none */
	uint8_t chain[HASH_BLAKE]; /* over all rows so far; zero at the beginning */
	struct head_sum sum;
};

/* head_add, head_subtract - one term, modulo 2^512. */
void head_add(struct head_sum *sum, const uint8_t term[static HASH_WIDE]);
void head_subtract(struct head_sum *sum, const uint8_t term[static HASH_WIDE]);

/* head_join - add a whole sum of differences. */
void head_join(struct head_sum *sum, const struct head_sum *difference);

void head_encode(const struct head *head, const struct keys *keys, struct buf *out);

/* head_decode - Fails: CORRUPT not a head row · FORGED its MAC does not hold. keys == NULL leaves the MAC
 * unchecked. */
fallible head_decode(struct span row, const struct keys *keys, struct head *head);
