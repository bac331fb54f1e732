/* SPDX-License-Identifier: Apache-2.0 */
/* calendar - when a business works: the hours of its week in a time zone, days off, and days that are worked
 * though the week says no. Pure: texts and moments in, open or closed out. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"

enum {
	CALENDAR_WEEKDAYS = 7,
	CALENDAR_DAYS_MAX = 256,     /* off, or worked, of one calendar */
	CALENDAR_OWN_DAYS_MAX = 128, /* of them what one text or request may say: two layers always fit */
	CALENDAR_NAME_MAX = 32,
	CALENDAR_ZONE_MAX = 64,
	CALENDAR_DAY_TEXT = 10,   /* 2026-12-26 */
	CALENDAR_HOURS_TEXT = 11, /* 09:00-17:00 */
	CALENDAR_MINUTES = 24 * 60,
	CALENDAR_AHEAD = 400, /* days that are looked through for the next opening */
};

/* Minutes of the day; from == to: closed. They never go over midnight. */
struct calendar_hours {
	uint16_t from, to;
};

struct calendar_days {
	int32_t at[CALENDAR_DAYS_MAX]; /* since 1970, ascending, each once */
	size_t count;
};

struct calendar {
	struct span zone; /* "Europe/Sofia"; empty in one that leaves it to the calendar below it */
	struct span
		rule; /* what the zone's name stands for: base/zone_rule.h; filled in by whoever knows zones */
	bool has_week;                                 /* else the calendar below says the hours */
	struct calendar_hours week[CALENDAR_WEEKDAYS]; /* 0 = Monday */
	struct calendar_days off, work;
};

/* calendar_parse - a calendar as its file says it: zone, week, off, work; the rule stays empty.
 *
 *   text   YAML, as base/yaml.h takes it
 *   arena  holds the zone
 *   line   of the fault, when it fails; 0 = the file as a whole
 * Fails: INPUT no YAML · INVALID a member, day or hours that no calendar has, a day twice, or over
 * CALENDAR_OWN_DAYS_MAX of a kind · NO_MEMORY. */
fallible calendar_parse(struct span text, struct arena *arena, struct calendar *calendar, unsigned *line);

/* calendar_builtin - the calendars that the program brings along, in the order of their names; false behind the
 * last. calendar_builtin_find - the text of one; false when there is none of that name. */
bool calendar_builtin(size_t at, const char **name, struct span *text);
bool calendar_builtin_find(struct span name, struct span *text);

/* calendar_lay - one calendar over another: what the upper one says wins, day by day.
 *
 *   calendar  may be `under` itself
 * Fails: TOO_LARGE more than CALENDAR_DAYS_MAX days of a kind. */
fallible calendar_lay(const struct calendar *under, const struct calendar *over, struct calendar *calendar);

/* calendar_is_open - whether it is worked at a moment.
 *
 *   opens  when not: the next moment at which it is; ms 0 = not within CALENDAR_AHEAD days. Hours that the clock skips when it is
 *          turned are none; of hours that it begins in the middle of, the turn is the opening
 * Fails: INVALID the rule of the zone is none. */
fallible calendar_is_open(
	const struct calendar *calendar, struct instant at, bool *open, struct instant *opens);

/* calendar_is_day_open - whether anything is worked on a day; *hours is set when it is. */
bool calendar_is_day_open(const struct calendar *calendar, int32_t day, struct calendar_hours *hours);

/* calendar_add_day - false: it stands there already, or there is no room. */
bool calendar_add_day(struct calendar_days *days, int32_t day);

/* Texts: "2026-12-26", "09:00-17:00" (to 24:00), "mon". The parsers say false to anything else; the printers
 * write exactly CALENDAR_DAY_TEXT or CALENDAR_HOURS_TEXT bytes and a NUL. */
bool calendar_parse_day(struct span text, int32_t *day);
void calendar_print_day(int32_t day, char out[static CALENDAR_DAY_TEXT + 1]);
bool calendar_parse_hours(struct span text, struct calendar_hours *hours);
void calendar_print_hours(struct calendar_hours hours, char out[static CALENDAR_HOURS_TEXT + 1]);
const char *calendar_weekday(unsigned weekday);
bool calendar_weekday_find(struct span name, unsigned *weekday);
