/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_pskc_in - hostile bytes as a file to move in from: what is handed on gives codes. */
#include "cli/pskc_in.h"

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
	IGNORE(pskc_in_read(span_of(data, size), &sink)); /* whatever it is: only what was handed on counts */
	return 0;
}
