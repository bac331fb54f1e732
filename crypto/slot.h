/* SPDX-License-Identifier: Apache-2.0 */
/* slot - an unseal slot: one secret from outside opens the root key. Asymmetric, so that the root can be
 * rotated and sealed to every slot again without any slot's secret at hand. Source: docs/formats.md "unseal
 * slot". */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "crypto/seal.h"

enum {
	SLOT_SECRET = 32,
	SLOT_RECORD = 2 + SEAL_WRAPPED + 80 + SEAL_WRAPPED + 32, /* without facts */
	SLOT_FACTS_MAX = 300,
	SLOT_RECORD_MAX = SLOT_RECORD + 2 + SLOT_FACTS_MAX,
};

/* Stored numbers: never renumber. */
enum slot_kind { SLOT_KEY_FILE = 1, SLOT_PASSPHRASE = 2, SLOT_SHARES = 3, SLOT_CREDENTIAL = 4 };

/* Where a slot's secret comes from. */
struct slot_method {
	enum slot_kind kind;
	struct span
		facts; /* what one has to know to make the secret: crypto/passphrase.h, share_put_set; or none */
};

/* slot_make - a fresh slot for a root key, appended to record. Fails: INPUT over SLOT_FACTS_MAX · NO_MEMORY ·
 * TOO_LARGE. */
fallible slot_make(const struct slot_method *method, const uint8_t secret[static SLOT_SECRET],
	const struct seal_key *root, struct buf *record);

/* slot_read - how a slot is opened; anybody may have written it, until slot_open has opened it. Fails: CORRUPT.
 *
 *   method  facts point into the record */
fallible slot_read(struct span record, struct slot_method *method);

/* slot_open - the root key. Fails: FORGED another secret, or a slot that somebody else put there ·
 * CORRUPT. */
fallible slot_open(struct span record, const uint8_t secret[static SLOT_SECRET], struct seal_key *root);

/* slot_reseal - the same slot for another root key, appended to out: what opens it stays as it is, and is not needed.
 *
 *   before  the root key that the record was made or sealed anew with
 * Fails: FORGED the record was not made with it: somebody else put it there · CORRUPT · NO_MEMORY · TOO_LARGE. */
fallible slot_reseal(
	struct span record, const struct seal_key *before, const struct seal_key *after, struct buf *out);
