/* SPDX-License-Identifier: Apache-2.0 */
/* shamir - polynomials over GF(2^8), reckoned without tables: a table is a cache line that tells which byte it was
 * asked for. */
#include "crypto/shamir.h"

#include "crypto/random.h"
#include "crypto/secret.h"

enum { FIELD_REDUCTION = 0x1d }; /* x^8 in this field */

/* The coefficients above the secret, one polynomial a byte. */
struct polynomial {
	uint8_t above[SHAMIR_MOST - 1][SHAMIR_SECRET];
};

static void polynomial_done(struct polynomial *polynomial)
{
	secret_wipe(polynomial, sizeof *polynomial);
}

/* All ones where the lowest bit is set, else zero. */
static uint8_t mask_of(unsigned bit)
{
	return (uint8_t)(0u - (bit & 1u));
}

/* Carry-less, a bit at a time: eight steps, whatever the factors are. */
static uint8_t multiply(uint8_t a, uint8_t b)
{
	uint8_t product = 0;
	for (unsigned bit = 0; bit < 8; bit++) {
		product ^= (uint8_t)(a & mask_of((unsigned)b >> bit));
		a = (uint8_t)((unsigned)a << 1 ^ (FIELD_REDUCTION & mask_of((unsigned)a >> 7)));
	}
	return product;
}

/* a^254: every element but zero has the order 255 or a part of it. */
static uint8_t invert(uint8_t a)
{
	uint8_t power = a, inverse = 1;
	for (unsigned bit = 1; bit < 8; bit++) {
		power = multiply(power, power);
		inverse = multiply(inverse, power);
	}
	return inverse;
}

/* Horner's rule, from the highest coefficient down to the secret. */
static uint8_t evaluate(
	const struct polynomial *polynomial, size_t degree, size_t at, uint8_t secret, uint8_t x)
{
	uint8_t value = 0;
	for (size_t i = degree; i > 0; i--)
		value = multiply(value, x) ^ polynomial->above[i - 1][at];
	return multiply(value, x) ^ secret;
}

fallible shamir_split(
	const uint8_t secret[static SHAMIR_SECRET], size_t k, size_t n, struct shamir_point *points)
{
	scoped(polynomial) polynomial;
	if (k < SHAMIR_LEAST || k > n || n > SHAMIR_MOST)
		return FAIL(INPUT, "a secret is split for 2 to 16 holders, of whom 2 or more bring it back");
	random_fill(polynomial.above[0], sizeof polynomial.above);
	for (size_t i = 0; i < n; i++) {
		points[i].x = (uint8_t)(i + 1);
		for (size_t at = 0; at < SHAMIR_SECRET; at++)
			points[i].y[at] = evaluate(&polynomial, k - 1, at, secret[at], points[i].x);
	}
	return OK;
}

static bool are_apart(const struct shamir_point *points, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (points[i].x == 0)
			return false;
		for (size_t j = 0; j < i; j++)
			if (points[j].x == points[i].x)
				return false;
	}
	return true;
}

/* Lagrange's factor of one point at 0; minus is plus in this field. */
static uint8_t weight_of(const struct shamir_point *points, size_t count, size_t of)
{
	uint8_t above = 1, below = 1;
	for (size_t i = 0; i < count; i++) {
		if (i == of)
			continue;
		above = multiply(above, points[i].x);
		below = multiply(below, points[i].x ^ points[of].x);
	}
	return multiply(above, invert(below));
}

fallible shamir_combine(const struct shamir_point *points, size_t count, uint8_t secret[static SHAMIR_SECRET])
{
	if (count < SHAMIR_LEAST || count > SHAMIR_MOST || !are_apart(points, count))
		return FAIL(INPUT, "a secret is combined of 2 to 16 points at places of their own");
	memset(secret, 0, SHAMIR_SECRET);
	for (size_t i = 0; i < count; i++) {
		uint8_t weight = weight_of(points, count, i);
		for (size_t at = 0; at < SHAMIR_SECRET; at++)
			secret[at] ^= multiply(points[i].y[at], weight);
	}
	return OK;
}
