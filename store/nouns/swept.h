/* SPDX-License-Identifier: Apache-2.0 */
/* swept - what a housekeeping act over many rows has come to. A row that is damaged stays where it is, and holds up no other. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct swept {
	size_t done;
	struct err damaged; /* the first row that is; OK = none */
};

/* swept_is_damage - whether it is a stored row's fault, and will be so tomorrow. */
bool swept_is_damage(struct err err);

/* swept_over - step over a row that could not be read: noted, if it is damaged. Fails: as the reading, if it is not. */
fallible swept_over(struct swept *swept, struct err err);
