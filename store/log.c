/* SPDX-License-Identifier: Apache-2.0 */
/* log - encode, decode and chain the rows of the log. */
#include "store/log.h"

#include "base/reader.h"
#include "store/tables.h"

void log_key(uint64_t sequence, uint8_t key[static 8])
{
	for (size_t i = 8; i > 0; i--, sequence >>= 8)
		key[i - 1] = (uint8_t)sequence;
}

void log_encode(const struct log_row *row, struct buf *out)
{
	bool stub = row->leaf.len == 0;
	buf_put_u8(out, stub ? LOG_ROW_STUB : LOG_ROW_LEAF);
	buf_put(out, SPAN_BYTES(row->tenant.bytes));
	buf_put_u64(out, row->index);
	buf_put(out, SPAN_BYTES(row->chain));
	buf_put(out, stub ? SPAN_BYTES(row->leaf_hash.bytes) : row->leaf);
}

fallible log_decode(struct span key, struct span value, struct log_row *row)
{
	struct reader name = READER(key), reader = READER(value);
	struct log_row read = {.sequence = reader_u64(&name)};
	TRY(reader_check(&name));
	uint8_t version = reader_u8(&reader);
	reader_copy(&reader, read.tenant.bytes, sizeof read.tenant.bytes);
	read.index = reader_u64(&reader);
	reader_copy(&reader, read.chain, sizeof read.chain);
	read.hash_is_stored = version != LOG_ROW_LEAF;
	if (read.hash_is_stored)
		reader_copy(&reader, read.leaf_hash.bytes, sizeof read.leaf_hash.bytes);
	read.leaf = reader.rest;
	bool known = version == LOG_ROW_HASHED || version == LOG_ROW_STUB || version == LOG_ROW_LEAF;
	if (reader.failed || !known || (version == LOG_ROW_STUB) != (read.leaf.len == 0))
		return FAIL(CORRUPT, "a row of the log is not in a known form");
	*row = read;
	return OK;
}

void log_hash(struct log_row *row)
{
	if (!row->hash_is_stored)
		row->leaf_hash = merkle_leaf(row->leaf);
}

fallible log_get(struct kv_txn *txn, uint64_t sequence, struct log_row *row)
{
	uint8_t key[8];
	struct span value;
	log_key(sequence, key);
	TRY(kv_get(txn, TABLE_LOG, SPAN_BYTES(key), &value));
	return log_decode(SPAN_BYTES(key), value, row);
}

void log_chain(
	const uint8_t before[static HASH_BLAKE], const struct log_row *row, uint8_t chain[static HASH_BLAKE])
{
	uint8_t sequence[8], index[8];
	log_key(row->sequence, sequence);
	log_key(row->index, index);
	const struct span parts[] = {span_of(before, HASH_BLAKE), SPAN_BYTES(sequence),
		SPAN_BYTES(row->tenant.bytes), SPAN_BYTES(index), SPAN_BYTES(row->leaf_hash.bytes)};
	hash_blake(parts, sizeof parts / sizeof parts[0], chain);
}
