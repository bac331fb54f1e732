/* SPDX-License-Identifier: Apache-2.0 */
/* tally - how often each of many values came. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

enum { TALLY_VALUE = 16, TALLY_MAX = 65536 };

/* A value, and how often it came. */
struct tally_row {
	uint8_t value[TALLY_VALUE];
	uint64_t count;
	uint64_t sequence; /* that came with it at the first time */
};

struct tally {
	struct buf slots; /* open addressing; count 0 = free */
	size_t slot_count, used;
	bool full; /* a value came that there was no room for */
};

/* tally_add - count more of a value; past TALLY_MAX values new ones are not counted, and `full` says so. Fails:
 * NO_MEMORY. Owns: tally_done, which takes a zeroed one. */
fallible tally_add(
	struct tally *tally, const uint8_t value[static TALLY_VALUE], uint64_t count, uint64_t sequence);
void tally_done(struct tally *tally);

/* tally_sort - the rows in order, the most frequent first, or by their values: borrowed. What is added later is
 * lost. */
const struct tally_row *tally_sort_by_count(struct tally *tally);
const struct tally_row *tally_sort_by_value(struct tally *tally);
