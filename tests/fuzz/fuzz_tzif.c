/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_tzif - whatever a zone's file says: its turns rise, and each of them can be read. */
#include "base/tzif.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tzif tzif;
	struct err err = tzif_read(span_of(data, size), &tzif);
	if (err_failed(err))
		return 0;
	for (size_t i = 1; i < tzif.count; i++)
		assert(tzif_turn(&tzif, i - 1).at_s < tzif_turn(&tzif, i).at_s);
	assert(tzif.rule.len < size);
	return 0;
}
