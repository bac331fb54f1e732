/* SPDX-License-Identifier: Apache-2.0 */
/* moving_checks - what a fuzzer demands of a reader of files to move in from: a device that is handed on gives codes, and a
 * refusal says where and why. */
#pragma once

#include "cli/moving.h"

#include <stdlib.h>

static inline struct err moving_checks_device(void *context, const struct moving_device *device)
{
	struct totp_candidates candidates;
	(void)context;
	if (err_failed(totp_compute(&device->shape, device->seed, device->counter + 1, &candidates)))
		abort();
	return OK;
}

static inline struct err moving_checks_refusal(void *context, size_t place, const char *why)
{
	(void)context;
	if (place == 0 || !why)
		abort();
	return OK;
}

static const struct moving_sink MOVING_CHECKS = {NULL, moving_checks_device, moving_checks_refusal};
