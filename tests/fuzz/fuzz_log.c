/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_log - rows from a damaged store: the first eight bytes are the key. What decodes encodes to the same
 * bytes. */
#include "store/log.h"

#include "store/head.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_head(struct span row)
{
	struct head head;
	if (err_failed(head_decode(row, NULL, &head)))
		return;
	struct head_sum sum = head.sum;
	uint8_t term[HASH_WIDE];
	memcpy(term, row.at + row.len - HASH_WIDE, sizeof term);
	head_add(&sum, term);
	head_subtract(&sum, term);
	assert(memcmp(&sum, &head.sum, sizeof sum) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct log_row row;
	uint8_t key[8];
	struct span all = span_of(data, size), name = span_first(all, 8), value = span_from(all, 8);
	scoped(buf) again = BUF(size + 1);
	try_head(all);
	if (err_failed(log_decode(name, value, &row)))
		return 0;
	log_key(row.sequence, key);
	log_encode(&row, &again);
	assert(span_equal(name, SPAN_BYTES(key)));
	assert(!err_failed(buf_check(&again)));
	if (value.at[0] == LOG_ROW_HASHED)
		assert(span_equal(span_from(buf_span(&again), LOG_ROW_HEADER), row.leaf));
	else
		assert(span_equal(buf_span(&again), value));
	return 0;
}
