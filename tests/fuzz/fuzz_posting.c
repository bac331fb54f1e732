/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_posting - whatever stands in the index: values and rows, or CORRUPT; never a row behind the last. */
#include "store/index/posting.h"

#include <assert.h>

enum { ROWS_MAX = 1024, SETS = ROWS_MAX / 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first two bytes say how wide values are and how many rows there are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct posting_array array;
	uint64_t bits[SETS + 1] = {0};
	if (size < 2)
		return 0;
	size_t width = 1 + data[0] % POSTING_VALUE_MAX, rows = 1 + data[1] * (size_t)4;
	if (err_failed(posting_open(span_of(data + 2, size - 2), width, rows, &array)))
		return 0;
	for (size_t i = 0; i < array.count && i < ROWS_MAX; i++) {
		struct span value;
		struct posting_list list;
		struct err err = posting_get(&array, i, &value, &list);
		if (!err_failed(err))
			err = posting_mark(&list, bits);
		if (!err_failed(err))
			err = posting_find(&array, value, &list);
		assert(!err_failed(err) || err.kind == ERR_CORRUPT);
	}
	for (size_t row = rows; row < (SETS + 1) * 64; row++)
		assert(!(bits[row / 64] >> row % 64 & 1));
	return 0;
}
