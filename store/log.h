/* SPDX-License-Identifier: Apache-2.0 */
/* log - the rows of the log: one appended row an event, keyed by the volume's sequence.
 *
 * Row: version 3 ‖ tenant 16 ‖ index 8 ‖ chain 32 ‖ leaf; a stub has the leaf's hash in place of the leaf, and rows of
 * version 1 have both. Source: docs/formats.md "log row".
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/ids.h"
#include "crypto/merkle.h"
#include "store/kv.h"

struct words; /* store/words.h */

enum log_row_version {
	LOG_ROW_HASHED = 1, /* no more written */
	LOG_ROW_STUB = 2,
	LOG_ROW_LEAF = 3,
};

enum { LOG_ROW_HEADER = 1 + 16 + 8 + 32, LOG_STUB_SIZE = LOG_ROW_HEADER + 32 };

struct log_row {
	uint64_t sequence;
	struct id tenant;
	uint64_t index;
	uint8_t chain[HASH_BLAKE];
	struct merkle_hash leaf_hash; /* zeroes where the row does not say it, until log_hash */
	bool hash_is_stored;          /* as read, so that it may differ from the leaf's */
	struct span leaf;             /* borrowed; empty in a stub (pruned) */
	const struct words *words;    /* not of the row's bytes: NULL where only those are at hand */
};

/* log_key - eight bytes big-endian. */
void log_key(uint64_t sequence, uint8_t key[static 8]);

void log_encode(const struct log_row *row, struct buf *out);

/* log_decode - key and value of a row. Fails: CORRUPT. */
fallible log_decode(struct span key, struct span value, struct log_row *row);

/* log_hash - make leaf_hash from the leaf, unless the row said it. Whoever only reads what happened does without. */
void log_hash(struct log_row *row);

/* log_get - Fails: NOT_FOUND · CORRUPT · IO. */
fallible log_get(struct kv_txn *txn, uint64_t sequence, struct log_row *row);

/* log_chain - the next link: BLAKE2b-256(chain ‖ sequence ‖ tenant ‖ index ‖ leaf hash); FOUNDATIONS 8. */
void log_chain(
	const uint8_t before[static HASH_BLAKE], const struct log_row *row, uint8_t chain[static HASH_BLAKE]);
