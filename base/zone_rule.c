/* SPDX-License-Identifier: Apache-2.0 */
/* zone_rule - read the line from the left, then look on which side of its two turns a moment lies. */
#include "base/zone_rule.h"

#include "base/timestamp.h"

enum {
	SECONDS_DIGITS = 12,
	HOUR_S = 3600,
	DAY_S = 24 * HOUR_S,
	WEEK = 7,
	HOURS_MOST = 167,
	NAME_LEAST = 3,
	EPOCH_WEEKDAY = 3
};

/* When a year's clock is turned, as the wall clock shows it before. */
struct turn {
	enum { TURN_MONTH, TURN_JULIAN, TURN_DAY } kind;
	int month, week, day; /* JULIAN: 1 to 365, never 29 February; DAY: 0 to 365 */
	int time_s;
};

struct rule {
	int east_s; /* of Greenwich, in standard time */
	bool has_summer;
	int summer_s; /* the same in summer */
	struct turn begins, ends;
};

/* ---- reading ---- */

static bool take_mark(struct span *rest, char c)
{
	if (rest->len == 0 || rest->at[0] != c)
		return false;
	*rest = span_from(*rest, 1);
	return true;
}

static bool is_letter(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Letters, or anything between angle brackets. */
static bool take_name(struct span *rest)
{
	size_t len = 0;
	if (take_mark(rest, '<')) {
		while (len < rest->len && rest->at[len] != '>')
			len++;
		*rest = span_from(*rest, len);
		return len >= NAME_LEAST && take_mark(rest, '>');
	}
	while (len < rest->len && is_letter(rest->at[len]))
		len++;
	*rest = span_from(*rest, len);
	return len >= NAME_LEAST;
}

static bool take_number(struct span *rest, int most, int *number)
{
	int read = 0;
	size_t len = 0;
	while (len < rest->len && len < 3 && rest->at[len] >= '0' && rest->at[len] <= '9')
		read = read * 10 + (rest->at[len++] - '0');
	*rest = span_from(*rest, len);
	*number = read;
	return len > 0 && read <= most;
}

/* [+-]hh[:mm[:ss]] */
static bool take_time(struct span *rest, int *seconds)
{
	int hours, minutes = 0, more = 0;
	bool minus = take_mark(rest, '-');
	if (!minus)
		take_mark(rest, '+');
	if (!take_number(rest, HOURS_MOST, &hours))
		return false;
	if (take_mark(rest, ':') && !take_number(rest, 59, &minutes))
		return false;
	if (take_mark(rest, ':') && !take_number(rest, 59, &more))
		return false;
	*seconds = hours * HOUR_S + minutes * 60 + more;
	*seconds = minus ? -*seconds : *seconds;
	return true;
}

static bool take_month(struct span *rest, struct turn *turn)
{
	return take_number(rest, 12, &turn->month) && turn->month > 0 && take_mark(rest, '.') &&
		take_number(rest, 5, &turn->week) && turn->week > 0 && take_mark(rest, '.') &&
		take_number(rest, 6, &turn->day);
}

static bool take_turn(struct span *rest, struct turn *turn)
{
	*turn = (struct turn){.time_s = 2 * HOUR_S};
	bool read = take_mark(rest, ',');
	if (take_mark(rest, 'M')) {
		read = read && take_month(rest, turn);
	} else {
		turn->kind = take_mark(rest, 'J') ? TURN_JULIAN : TURN_DAY;
		read = read && take_number(rest, 365, &turn->day);
		read = read && (turn->kind == TURN_DAY || turn->day > 0);
	}
	return read && (!take_mark(rest, '/') || take_time(rest, &turn->time_s));
}

/* The line says how far west a zone lies; we count to the east. */
static bool take_offset(struct span *rest, int *east_s)
{
	int west_s;
	if (!take_time(rest, &west_s))
		return false;
	*east_s = -west_s;
	return true;
}

static bool take_rule(struct span *rest, struct rule *rule)
{
	*rule = (struct rule){0};
	if (!take_name(rest) || !take_offset(rest, &rule->east_s))
		return false;
	rule->has_summer = rest->len > 0;
	if (!rule->has_summer)
		return true;
	rule->summer_s = rule->east_s + HOUR_S;
	if (!take_name(rest))
		return false;
	if (rest->len > 0 && rest->at[0] != ',' && !take_offset(rest, &rule->summer_s))
		return false;
	return take_turn(rest, &rule->begins) && take_turn(rest, &rule->ends) && rest->len == 0;
}

/* ---- spells ---- */

/* A time in which the clock is not what the line says. */
struct spell {
	int64_t from_s, until_s;
	int64_t east_s;
};

static bool take_seconds(struct span *rest, int64_t most, int64_t *seconds)
{
	bool minus = take_mark(rest, '-');
	int64_t read = 0;
	size_t len = 0;
	while (len < rest->len && len < SECONDS_DIGITS && rest->at[len] >= '0' && rest->at[len] <= '9')
		read = read * 10 + (rest->at[len++] - '0');
	*rest = span_from(*rest, len);
	*seconds = minus ? -read : read;
	return len > 0 && read <= most;
}

static bool take_spell(struct span *rest, struct spell *spell)
{
	return take_mark(rest, ';') && take_seconds(rest, INT64_MAX, &spell->from_s) &&
		take_mark(rest, ',') && take_seconds(rest, INT64_MAX, &spell->until_s) &&
		take_mark(rest, ',') && take_seconds(rest, HOURS_MOST * HOUR_S, &spell->east_s);
}

/* The line is what stands before the first spell. */
static struct span cut_line(struct span *rule)
{
	const uint8_t *mark = rule->len ? memchr(rule->at, ';', rule->len) : NULL;
	size_t len = mark ? (size_t)(mark - rule->at) : rule->len;
	struct span line = span_first(*rule, len);
	*rule = span_from(*rule, len);
	return line;
}

/* ---- the calendar ---- */

static int64_t days_to(int year, int month)
{
	return timestamp_of_month((unsigned)year, (unsigned)month).ms / ((int64_t)DAY_S * 1000);
}

static bool is_leap(int year)
{
	return days_to(year + 1, 1) - days_to(year, 1) == 366;
}

/* 0 = Sunday, as the line counts. */
static int weekday_of(int64_t days)
{
	return (int)((days + EPOCH_WEEKDAY + 1) % WEEK);
}

/* Week 5 is the last, whether the month has five such days or four. */
static int64_t day_in_month(int year, const struct turn *turn)
{
	int64_t first = days_to(year, turn->month);
	int64_t behind = turn->month == 12 ? days_to(year + 1, 1) : days_to(year, turn->month + 1);
	int64_t day = first + (turn->day - weekday_of(first) + WEEK) % WEEK + (turn->week - 1) * WEEK;
	return day >= behind ? day - WEEK : day;
}

/* Seconds since 1970 of the wall clock that is about to be turned. */
static int64_t turn_of(int year, const struct turn *turn)
{
	int64_t day = days_to(year, 1) + turn->day;
	if (turn->kind == TURN_MONTH)
		day = day_in_month(year, turn);
	if (turn->kind == TURN_JULIAN)
		day += is_leap(year) && turn->day >= 60 ? 0 : -1;
	return day * DAY_S + turn->time_s;
}

static bool is_summer(const struct rule *rule, int64_t at_s)
{
	struct instant standard = {(at_s + rule->east_s) * 1000};
	int year = (int)timestamp_year(standard);
	int64_t begins = turn_of(year, &rule->begins) - rule->east_s;
	int64_t ends = turn_of(year, &rule->ends) - rule->summer_s;
	if (begins < ends)
		return at_s >= begins && at_s < ends;
	return at_s >= begins || at_s < ends; /* south of the equator summer spans the new year */
}

fallible zone_rule_east(struct span rule, struct instant at, int64_t *east_s)
{
	struct rule read;
	struct spell spell;
	struct span spells = rule;
	struct span line = cut_line(&spells);
	int64_t at_s = at.ms / 1000;
	if (line.len > ZONE_LINE_MAX || rule.len > ZONE_RULE_MAX || !take_rule(&line, &read))
		return FAIL(INVALID, "a time zone has no rule that can be read");
	int64_t found_s = read.has_summer && is_summer(&read, at_s) ? read.summer_s : read.east_s;
	while (spells.len) {
		if (!take_spell(&spells, &spell))
			return FAIL(INVALID, "a time zone's rule has a spell that can't be read");
		if (at_s >= spell.from_s && at_s < spell.until_s)
			found_s = spell.east_s;
	}
	*east_s = found_s;
	return OK;
}

fallible zone_rule_read(struct span rule, struct instant at, struct zone_time *time)
{
	int64_t east_s;
	TRY(zone_rule_east(rule, at, &east_s));
	int64_t wall_s = at.ms / 1000 + east_s;
	int64_t day = wall_s / DAY_S, second = wall_s % DAY_S;
	if (second < 0) {
		second += DAY_S;
		day--;
	}
	time->day = day;
	time->weekday = (unsigned)((day + EPOCH_WEEKDAY + WEEK) % WEEK);
	time->minute = (unsigned)(second / 60);
	return OK;
}
