/* SPDX-License-Identifier: Apache-2.0 */
/* tally - open addressing; sorted in place when all is counted. */
#include "store/index/tally.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 64, SLOTS_MAX = 2 * TALLY_MAX };

static struct tally_row *slots_of(const struct buf *slots)
{
	return (struct tally_row *)(void *)slots->data;
}

static struct tally_row *slot_of(
	const struct buf *slots, size_t slot_count, const uint8_t value[static TALLY_VALUE])
{
	uint64_t front, back;
	memcpy(&front, value, sizeof front);
	memcpy(&back, value + sizeof front, sizeof back);
	/* A product carries upwards only: without the shift values that differ in their last bytes would all
	 * share a few slots. */
	uint64_t mixed = front ^ back;
	mixed ^= mixed >> 32;
	size_t at = (size_t)(mixed * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (slot_count - 1);
	struct tally_row *rows = slots_of(slots);
	while (rows[at].count && memcmp(rows[at].value, value, TALLY_VALUE) != 0)
		at = (at + 1) & (slot_count - 1);
	return &rows[at];
}

static fallible grow(struct tally *tally)
{
	size_t slot_count = tally->slot_count ? tally->slot_count * 2 : FIRST_SLOTS;
	size_t bytes = slot_count * sizeof(struct tally_row);
	scoped(buf) slots = BUF(SLOTS_MAX * sizeof(struct tally_row));
	uint8_t *room = buf_room(&slots, bytes);
	TRY(buf_check(&slots));
	memset(room, 0, bytes);
	for (size_t i = 0; i < tally->slot_count; i++) {
		const struct tally_row *row = &slots_of(&tally->slots)[i];
		if (row->count)
			*slot_of(&slots, slot_count, row->value) = *row;
	}
	buf_done(&tally->slots);
	tally->slots = take(&slots);
	tally->slot_count = slot_count;
	return OK;
}

fallible tally_add(
	struct tally *tally, const uint8_t value[static TALLY_VALUE], uint64_t count, uint64_t sequence)
{
	if (count == 0)
		return OK;
	if ((tally->used + 1) * 2 > tally->slot_count && tally->slot_count < SLOTS_MAX)
		TRY(grow(tally));
	struct tally_row *row = slot_of(&tally->slots, tally->slot_count, value);
	if (row->count == 0 && tally->used == TALLY_MAX) {
		tally->full = true;
		return OK;
	}
	if (row->count == 0) {
		memcpy(row->value, value, TALLY_VALUE);
		row->sequence = sequence;
		tally->used++;
	}
	row->count += count;
	return OK;
}

void tally_done(struct tally *tally)
{
	buf_done(&tally->slots);
	*tally = (struct tally){0};
}

/* Free slots go behind all others. */
static int by_count(const void *a, const void *b)
{
	const struct tally_row *left = a, *right = b;
	if (left->count != right->count)
		return left->count > right->count ? -1 : 1;
	return memcmp(left->value, right->value, TALLY_VALUE);
}

static int by_value(const void *a, const void *b)
{
	const struct tally_row *left = a, *right = b;
	if ((left->count == 0) != (right->count == 0))
		return left->count == 0 ? 1 : -1;
	return memcmp(left->value, right->value, TALLY_VALUE);
}

static const struct tally_row *sort(struct tally *tally, int (*order)(const void *, const void *))
{
	if (tally->slot_count)
		qsort(tally->slots.data, tally->slot_count, sizeof(struct tally_row), order);
	return slots_of(&tally->slots);
}

const struct tally_row *tally_sort_by_count(struct tally *tally)
{
	return sort(tally, by_count);
}

const struct tally_row *tally_sort_by_value(struct tally *tally)
{
	return sort(tally, by_value);
}
