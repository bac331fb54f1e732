/* SPDX-License-Identifier: Apache-2.0 */
/* verified_rows - a table of places; the hash of table and key says which, and one that is in use is passed by. */
#include "store/verified_rows.h"

#include "crypto/random.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct place {
	atomic_bool in_use;
	uint8_t table;
	uint16_t key_len; /* 0: empty */
	uint16_t value_len;
	uint8_t bytes[VERIFIED_ROW_MAX]; /* the key, then the value */
};

struct verified_rows {
	uint64_t seed; /* so that nobody outside chooses whose place his rows take */
	struct place places[VERIFIED_ROWS];
};

fallible verified_rows_open(struct verified_rows **rows)
{
	struct verified_rows *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "the verified rows have no memory");
	random_fill((uint8_t *)&made->seed, sizeof made->seed);
	*rows = made;
	return OK;
}

void verified_rows_close(struct verified_rows *rows)
{
	free(rows);
}

/* Keys are ids and keyed hashes for the most part, random already: it is enough that each byte counts. What is found is
 * compared. */
static uint64_t spread_of(uint64_t seed, enum table table, struct span key)
{
	uint64_t spread = seed + (uint64_t)table;
	for (size_t at = 0; at < key.len; at += sizeof(uint64_t)) {
		uint64_t word = 0;
		size_t left = key.len - at;
		memcpy(&word, key.at + at, left < sizeof word ? left : sizeof word);
		spread = (spread ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		spread ^= spread >> 32;
	}
	return spread;
}

static struct place *take_place(struct verified_rows *rows, enum table table, struct span key)
{
	struct place *place = &rows->places[spread_of(rows->seed, table, key) % VERIFIED_ROWS];
	return atomic_exchange_explicit(&place->in_use, true, memory_order_acquire) ? NULL : place;
}

static void leave(struct place *place)
{
	atomic_store_explicit(&place->in_use, false, memory_order_release);
}

static bool fits(struct span key, struct span value)
{
	return key.len > 0 && key.len + value.len <= VERIFIED_ROW_MAX;
}

bool verified_rows_has(struct verified_rows *rows, enum table table, struct span key, struct span value)
{
	struct place *place = rows && fits(key, value) ? take_place(rows, table, key) : NULL;
	if (!place)
		return false;
	bool same = place->table == (uint8_t)table && place->key_len == key.len &&
		place->value_len == value.len && memcmp(place->bytes, key.at, key.len) == 0 &&
		memcmp(place->bytes + key.len, value.at, value.len) == 0;
	leave(place);
	return same;
}

void verified_rows_add(struct verified_rows *rows, enum table table, struct span key, struct span value)
{
	struct place *place = rows && fits(key, value) ? take_place(rows, table, key) : NULL;
	if (!place)
		return;
	place->table = (uint8_t)table;
	place->key_len = (uint16_t)key.len;
	place->value_len = (uint16_t)value.len;
	memcpy(place->bytes, key.at, key.len);
	memcpy(place->bytes + key.len, value.at, value.len);
	leave(place);
}
