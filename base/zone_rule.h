/* SPDX-License-Identifier: Apache-2.0 */
/* zone_rule - the wall clock of a time zone, by the rule that POSIX writes in one line: "EET-2EEST,M3.5.0/3,M10.5.0/4".
 * Such a line ends every TZif file, and tells all times after the file was made. Where it does not (Ramadan follows the moon,
 * and in Morocco and Palestine the clocks follow Ramadan), spells stand behind it, each as ";FROM,UNTIL,EAST": from FROM to
 * before UNTIL, both in seconds since 1970, the wall clock is EAST seconds ahead of UTC. Pure: no file and no variable of the
 * environment is read. */
#pragma once

#include "base/clock.h"
#include "base/err.h"

enum { ZONE_LINE_MAX = 64, ZONE_RULE_MAX = 16 * 1024 /* bytes, with its spells */ };

/* A moment as the wall clock shows it. */
struct zone_time {
	unsigned weekday; /* 0 = Monday */
	unsigned minute;  /* of the day, 0 to 1439 */
	int64_t day;      /* since 1970 */
};

/* zone_rule_east - how many seconds the wall clock of a zone is ahead of UTC. Fails: as zone_rule_read. */
fallible zone_rule_east(struct span rule, struct instant at, int64_t *east_s);

/* zone_rule_read - what the wall clock of a zone shows.
 *
 *   at  1970 to 9999
 * Fails: INVALID it is no such rule.
 * Source: POSIX.1-2017, base definitions §8.3 "TZ", with the extension of RFC 9636 §3.3.1: hours to 167. */
fallible zone_rule_read(struct span rule, struct instant at, struct zone_time *time);
