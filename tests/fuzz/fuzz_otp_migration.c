/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_otp_migration - hostile bytes as a file to move in from. */
#include "cli/otp_migration.h"
#include "tests/fuzz/moving_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct otp_migration_part part;
	IGNORE(otp_migration_read(span_of(data, size), 1, &MOVING_CHECKS,
		&part)); /* whatever it is: only what was handed on counts */
	return 0;
}
