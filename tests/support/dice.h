/* SPDX-License-Identifier: Apache-2.0 */
/* dice - seeded numbers for property loops: the same seed gives the same run everywhere. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct dice {
	uint64_t state; /* any seed */
};

/* dice_roll - the next 64 bits. Source: splitmix64, Steele, Lea and Flood 2014. */
static inline uint64_t dice_roll(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* dice_below - a number from 0 to limit - 1. */
static inline size_t dice_below(struct dice *dice, size_t limit)
{
	return (size_t)(dice_roll(dice) % limit);
}

/* dice_fill - random bytes. */
static inline void dice_fill(struct dice *dice, uint8_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++)
		out[i] = (uint8_t)dice_roll(dice);
}
