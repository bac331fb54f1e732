/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_pskc_in - hostile bytes as a file to move in from. */
#include "cli/pskc_in.h"
#include "tests/fuzz/moving_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IGNORE(pskc_in_read(span_of(data, size), (struct instant){INT64_C(1790000000000)},
		&MOVING_CHECKS)); /* whatever it is: only what was handed on counts */
	return 0;
}
