/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a time: what parses prints to a text that parses to the same instant. */
#include "base/timestamp.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct instant at;
	struct instant back;
	char text[TIMESTAMP_TEXT + 1];
	if (err_failed(timestamp_parse(span_of(data, size), &at)))
		return 0;
	timestamp_print(at, text);
	assert(!err_failed(timestamp_parse(span_of(text, TIMESTAMP_TEXT), &back)));
	assert(at.ms == back.ms);
	return 0;
}
