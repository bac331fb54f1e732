/* SPDX-License-Identifier: Apache-2.0 */
/* slot - an unseal slot: one secret from outside opens the root key. Asymmetric, so that the root can be
 * rotated and sealed to every slot again without any slot's secret at hand. Source: docs/formats.md "unseal
 * slot". */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "crypto/seal.h"

enum { SLOT_SECRET = 32, SLOT_RECORD = 2 + SEAL_WRAPPED + 80 + SEAL_WRAPPED + 32 };

/* Stored numbers: never renumber. */
enum slot_kind { SLOT_KEY_FILE = 1 };

/* slot_make - a fresh slot for a root key. Fails: NO_MEMORY. */
fallible slot_make(enum slot_kind kind, const uint8_t secret[static SLOT_SECRET], const struct seal_key *root,
	struct buf *record);

/* slot_open - the root key. Fails: FORGED another secret, or a slot that somebody else put there ·
 * CORRUPT. */
fallible slot_open(struct span record, const uint8_t secret[static SLOT_SECRET], struct seal_key *root);
