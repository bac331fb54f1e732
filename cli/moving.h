/* SPDX-License-Identifier: Apache-2.0 */
/* moving - what the readers of other servers' files have in common: an app or token on its way, and who takes it. */
#pragma once

#include "base/err.h"
#include "crypto/totp.h"

/* One device. Texts and seed are borrowed during the call that hands it on. */
struct moving_device {
	size_t place;       /* in the file, from 1: a line, or a key */
	struct span person; /* id or ref, as the file names them */
	struct span label;  /* empty = none */
	struct totp_shape shape;
	uint64_t counter; /* of a token that counts: that comes next */
	struct span seed;
	struct span until; /* the last day that its maker means it for, 2036-05-31; empty = none is said */
};

/* Who takes them. A device that can't be read is refused, and the next one is read. */
struct moving_sink {
	void *context;
	fallible (*accept)(void *context, const struct moving_device *device);
	fallible (*refuse)(void *context, size_t place, const char *why); /* why is static */
};
