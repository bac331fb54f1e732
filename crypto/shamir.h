/* SPDX-License-Identifier: Apache-2.0 */
/* shamir - a secret among n holders, of whom any k bring it back and k - 1 know nothing.
 *
 * Each byte is the value at 0 of a polynomial of degree k - 1 over GF(2^8) with x^8 + x^4 + x^3 + x^2 + 1 (0x11d), whose
 * other coefficients are drawn; a holder's point is its value at 1 to n. gfsplit and gfcombine of libgfshare reckon
 * the same. No branch and no look-up depends on a secret byte. Whether a point is a right one the arithmetic can't
 * tell: crypto/share.h can. Source: Shamir 1979; docs/formats.md "share". */
#pragma once

#include "base/err.h"
#include "base/scoped.h"

#include <stddef.h>
#include <stdint.h>

enum { SHAMIR_SECRET = 32, SHAMIR_LEAST = 2, SHAMIR_MOST = 16 };

/* Part of a secret: whoever holds one wipes it. */
struct shamir_point {
	uint8_t x; /* 1 to 255 */
	uint8_t y[SHAMIR_SECRET];
};

/* shamir_split - points at 1 to n, of which any k give the secret.
 *
 *   k, n    SHAMIR_LEAST <= k <= n <= SHAMIR_MOST
 *   points  n of them, set on success
 * Fails: INPUT another k or n. */
fallible shamir_split(
	const uint8_t secret[static SHAMIR_SECRET], size_t k, size_t n, struct shamir_point *points);

/* shamir_combine - the value at 0 of the polynomial through the points; with fewer points than the secret was split
 * for, or a changed one, other bytes.
 *
 *   count  SHAMIR_LEAST to SHAMIR_MOST
 * Fails: INPUT another count, a point at 0, or two at one place. */
fallible shamir_combine(
	const struct shamir_point *points, size_t count, uint8_t secret[static SHAMIR_SECRET]);
