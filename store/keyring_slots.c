/* SPDX-License-Identifier: Apache-2.0 */
/* keyring_slots - rows of the map of slots: four bytes of number, then the record. */
#include "store/keyring_slots.h"

#include "base/reader.h"

enum { NUMBER_BYTES = 4 };

static void put_number(uint32_t number, uint8_t key[static NUMBER_BYTES])
{
	for (size_t i = NUMBER_BYTES; i > 0; i--, number >>= 8)
		key[i - 1] = (uint8_t)number;
}

static fallible list(struct kv_txn *txn, int map, uint32_t numbers[static KEYRING_SLOTS_MAX], size_t *count)
{
	scoped(kv_cursor) rows = {0};
	size_t found = 0;
	TRY(kv_seek(txn, map, SPAN_NONE, &rows));
	while (kv_next(&rows)) {
		struct reader key = READER(rows.key);
		if (found == KEYRING_SLOTS_MAX)
			return FAIL(CORRUPT, "the keyring has too many unseal slots");
		numbers[found++] = reader_u32(&key);
		TRY(reader_check(&key));
	}
	TRY(rows.err);
	*count = found;
	return OK;
}

fallible keyring_slots_list(
	struct keyring *keyring, uint32_t numbers[static KEYRING_SLOTS_MAX], size_t *count)
{
	int map;
	scoped(kv_txn) txn = {0};
	TRY(kv_read(keyring_kv(keyring, &map), &txn));
	return list(&txn, map, numbers, count);
}

fallible keyring_slots_add(struct keyring *keyring, struct span record, uint32_t *number)
{
	int map;
	uint8_t key[NUMBER_BYTES];
	uint32_t numbers[KEYRING_SLOTS_MAX];
	size_t count;
	scoped(kv_txn) txn = {0};
	TRY(kv_write(keyring_kv(keyring, &map), &txn));
	TRY(list(&txn, map, numbers, &count));
	if (count == KEYRING_SLOTS_MAX)
		return FAIL(FULL, "there are sixteen unseal slots already");
	uint32_t next = count ? numbers[count - 1] + 1 : 0;
	put_number(next, key);
	TRY(kv_put(&txn, map, SPAN_BYTES(key), record));
	TRY(kv_commit(&txn));
	*number = next;
	return OK;
}

fallible keyring_slots_get(struct keyring *keyring, uint32_t number, struct buf *record)
{
	int map;
	uint8_t key[NUMBER_BYTES];
	scoped(kv_txn) txn = {0};
	struct span value;
	put_number(number, key);
	TRY(kv_read(keyring_kv(keyring, &map), &txn));
	TRY(kv_get(&txn, map, SPAN_BYTES(key), &value));
	if (value.len > KEYRING_SLOTS_RECORD_MAX)
		return FAIL(CORRUPT, "an unseal slot is too long");
	buf_put(record, value);
	return buf_check(record);
}

fallible keyring_slots_remove(struct keyring *keyring, uint32_t number)
{
	int map;
	uint8_t key[NUMBER_BYTES];
	uint32_t numbers[KEYRING_SLOTS_MAX];
	size_t count;
	struct span value;
	scoped(kv_txn) txn = {0};
	put_number(number, key);
	TRY(kv_write(keyring_kv(keyring, &map), &txn));
	TRY(kv_get(&txn, map, SPAN_BYTES(key), &value));
	TRY(list(&txn, map, numbers, &count));
	if (count == 1)
		return FAIL(CONFLICT, "the last unseal slot stays: without it nothing opens the store");
	TRY(kv_drop(&txn, map, SPAN_BYTES(key)));
	return kv_commit(&txn);
}

fallible keyring_slots_put(struct keyring_batch *batch, uint32_t number, struct span record)
{
	int map;
	uint8_t key[NUMBER_BYTES];
	struct span value;
	keyring_kv(batch->keyring, &map);
	put_number(number, key);
	TRY(kv_get(&batch->txn, map, SPAN_BYTES(key), &value));
	return kv_put(&batch->txn, map, SPAN_BYTES(key), record);
}
