/* SPDX-License-Identifier: Apache-2.0 */
/* tzif - a zone's file: when its clocks were turned and will be, and the rule of all times behind that. Pure.
 * Source: RFC 9636. */
#pragma once

#include "base/err.h"
#include "base/span.h"

/* Everything is borrowed from the file. */
struct tzif {
	size_t count;        /* of turns */
	struct span times;   /* 8 bytes each, rising */
	struct span kinds;   /* a byte each: which of the offsets holds from then on */
	struct span offsets; /* 6 bytes each, of which 4 are seconds */
	struct span rule;    /* for base/zone_rule.h; empty: the file has none */
};

/* From `at_s` to the next turn a clock is `east_s` ahead of UTC. */
struct tzif_turn {
	int64_t at_s;
	int32_t east_s;
};

/* tzif_read - the second, 64-bit half of a file. Fails: INVALID it is no TZif file of version 2 or later, or damaged. */
fallible tzif_read(struct span file, struct tzif *tzif);

/* tzif_turn - one of them; i below count. */
struct tzif_turn tzif_turn(const struct tzif *tzif, size_t i);
