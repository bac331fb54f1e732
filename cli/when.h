/* SPDX-License-Identifier: Apache-2.0 */
/* when - times as people type and read them, in this machine's zone. */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"

enum { WHEN_TEXT = 25 }; /* bytes of 2026-10-21 20:12:00+02:00 */

/* Which end of a day is meant when no time of day is given. */
enum when_edge { WHEN_BEGIN, WHEN_END };

/* when_parse - a time: RFC 3339; 2026-10-05; 2026-10-05 14:00 or 14:00:30, here; 90s, 30m, 2h, 7d, 4w before
 * now; now; today, yesterday.
 *
 *   edge  WHEN_END: of a day without a time of day the first moment behind it
 * Fails: INPUT it is none of these, or before 1970. */
fallible when_parse(struct span text, struct instant now, enum when_edge edge, struct instant *at);

/* when_print - exactly WHEN_TEXT bytes and a NUL, with the offset that was in force then. */
void when_print(struct instant at, char out[static WHEN_TEXT + 1]);
