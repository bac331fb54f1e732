/* SPDX-License-Identifier: Apache-2.0 */
/* local_day - the days and the ISO weeks of a time zone: when they begin, and in which one a moment lies. Days follow
 * each other without a gap, so what is counted by them adds up also when the clock is turned. Pure. */
#pragma once

#include "base/clock.h"
#include "base/err.h"

#include <stdbool.h>

/* A day is its number since 1970-01-01, as the wall clock counts. */

/* local_day_begins - the first moment of a day. Where a turn of the clock takes midnight away, it is the first one
 * behind it.
 *
 *   rule  of the zone (base/zone_rule.h)
 *   day   of the years 1971 to 9998
 * Fails: INVALID it is no such rule. */
fallible local_day_begins(struct span rule, int64_t day, struct instant *begins);

/* local_day_at - the day in which a moment lies. Fails: INVALID. */
fallible local_day_at(struct span rule, struct instant at, int64_t *day);

/* A week by ISO 8601: from Monday, numbered in the year in which its Thursday lies. */
struct iso_week {
	unsigned year;   /* 1971 to 9998 */
	unsigned number; /* 1 to 53 */
};

enum { LOCAL_DAY_WEEK_TEXT = 8 };

/* local_day_read_week - "2026-W42"; false when it is none: a short year has no week 53. local_day_print_week - and
 * back, with a NUL. */
bool local_day_read_week(struct span text, struct iso_week *week);
void local_day_print_week(struct iso_week week, char text[static LOCAL_DAY_WEEK_TEXT + 1]);

/* local_day_monday - the day on which a week begins. local_day_week - the week of a day. */
int64_t local_day_monday(struct iso_week week);
struct iso_week local_day_week(int64_t day);
