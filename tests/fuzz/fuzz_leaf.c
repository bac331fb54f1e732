/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_leaf - events from a damaged store: what decodes encodes to the same bytes, and texts of parts do too.
 */
#include "crypto/leaf.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_texts(struct span plain)
{
	struct span texts[LEAF_TEXT_COUNT] = {0};
	scoped(buf) again = BUF(1 << 20);
	if (err_failed(leaf_read_texts(plain, texts)))
		return;
	leaf_put_texts(&again, texts, 1, LEAF_TEXT_COUNT);
	assert(!err_failed(buf_check(&again)) && span_equal(buf_span(&again), plain));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct leaf leaf;
	scoped(buf) again = BUF(LEAF_MAX);
	try_texts(span_of(data, size));
	if (err_failed(leaf_decode(span_of(data, size), &leaf)))
		return 0;
	assert(!err_failed(leaf_encode(&leaf, &again)));
	assert(span_equal(buf_span(&again), span_of(data, size)));
	for (size_t i = 0; i < leaf.part_count; i++)
		try_texts(leaf.parts[i].record);
	return 0;
}
