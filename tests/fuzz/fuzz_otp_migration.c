/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_otp_migration - hostile bytes as a file to move in from: what is handed on gives codes. */
#include "cli/otp_migration.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct err check_device(void *context, const struct moving_device *device)
{
	struct totp_candidates candidates;
	(void)context;
	if (err_failed(totp_compute(&device->shape, device->seed, device->counter + 1, &candidates)))
		abort();
	return OK;
}

static struct err check_refusal(void *context, size_t place, const char *why)
{
	(void)context;
	if (place == 0 || !why)
		abort();
	return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct moving_sink sink = {NULL, check_device, check_refusal};
	IGNORE(otp_migration_read(
		span_of(data, size), 1, &sink)); /* whatever it is: only what was handed on counts */
	return 0;
}
