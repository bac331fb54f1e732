/* SPDX-License-Identifier: Apache-2.0 */
/* random - the one source of randomness. Tests may link another random.c; production builds do not contain
 * the swap. */
#pragma once

#include "base/clock.h"
#include "base/ids.h"
#include "base/span.h"

/* random_fill - n bytes from the kernel's generator; ends the process if there is none. Thread: any. */
void random_fill(uint8_t *out, size_t n);

/* random_below - uniform in [0, bound), bound >= 1. */
uint32_t random_below(uint32_t bound);

/* random_id - a fresh UUIDv7. Random bytes come from a buffer per thread, so that an id costs no system call;
 * for keys and nonces that must never repeat across a fork use random_fill. */
struct id random_id(struct instant now);
