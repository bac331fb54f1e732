/* SPDX-License-Identifier: Apache-2.0 */
/* local_day - what a day is in a zone follows from how far its clock is ahead of UTC. */
#include "base/local_day.h"

#include "base/timestamp.h"
#include "base/zone_rule.h"

#include <stdio.h>

enum {
	WEEK = 7,
	MINUTE_S = 60,
	EPOCH_WEEKDAY = 3, /* 1970-01-01 was a Thursday */
	GAP_STEP = 15,     /* minutes: what a clock is turned by is a multiple */
	GAP_MOST = 96,     /* steps: a zone that changed its date left out a whole day */
	YEAR_LEAST = 1971,
	YEAR_MOST = 9998,
};

static const int64_t DAY_MS = 86400000, MINUTE_MS = 60000;

static int64_t floor_of(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

/* How many minutes the wall clock is ahead of UTC. */
static fallible offset_at(struct span rule, struct instant at, int64_t *minutes)
{
	int64_t east_s;
	TRY(zone_rule_east(rule, at, &east_s));
	*minutes = floor_of(east_s, MINUTE_S);
	return OK;
}

static fallible wall_day(struct span rule, struct instant at, int64_t *day)
{
	int64_t ahead;
	TRY(offset_at(rule, at, &ahead));
	*day = floor_of(at.ms + ahead * MINUTE_MS, DAY_MS);
	return OK;
}

fallible local_day_begins(struct span rule, int64_t day, struct instant *begins)
{
	struct instant at = {day * DAY_MS};
	int64_t ahead, shown;
	/* The offset that counts is that of the midnight, not of the guess: the second round has it. */
	for (int round = 0; round < 2; round++) {
		TRY(offset_at(rule, at, &ahead));
		at.ms = day * DAY_MS - ahead * MINUTE_MS;
	}
	TRY(wall_day(rule, at, &shown));
	for (int step = 0; shown < day && step < GAP_MOST; step++) {
		at.ms += GAP_STEP * MINUTE_MS;
		TRY(wall_day(rule, at, &shown));
	}
	*begins = at;
	return OK;
}

fallible local_day_at(struct span rule, struct instant at, int64_t *day)
{
	int64_t shown;
	struct instant begins, behind;
	TRY(wall_day(rule, at, &shown));
	TRY(local_day_begins(rule, shown, &begins));
	TRY(local_day_begins(rule, shown + 1, &behind));
	/* Where midnight comes twice, a day begins with one of them. */
	if (at.ms < begins.ms)
		shown--;
	else if (at.ms >= behind.ms)
		shown++;
	*day = shown;
	return OK;
}

/* ---- weeks ---- */

static int64_t monday_of(int64_t day)
{
	return day - (day + EPOCH_WEEKDAY) % WEEK;
}

/* 4 January always lies in week 1. */
static int64_t first_monday(unsigned year)
{
	return monday_of(timestamp_of_month(year, 1).ms / DAY_MS + 3);
}

int64_t local_day_monday(struct iso_week week)
{
	return first_monday(week.year) + (int64_t)(week.number - 1) * WEEK;
}

struct iso_week local_day_week(int64_t day)
{
	int64_t monday = monday_of(day);
	unsigned year = timestamp_year((struct instant){(monday + 3) * DAY_MS});
	return (struct iso_week){year, (unsigned)((monday - first_monday(year)) / WEEK) + 1};
}

static bool take_digits(struct span text, size_t at, size_t count, unsigned *number)
{
	unsigned read = 0;
	for (size_t i = at; i < at + count; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		read = read * 10 + (unsigned)(text.at[i] - '0');
	}
	*number = read;
	return true;
}

bool local_day_read_week(struct span text, struct iso_week *week)
{
	struct iso_week read;
	if (text.len != LOCAL_DAY_WEEK_TEXT || text.at[4] != '-' || text.at[5] != 'W')
		return false;
	if (!take_digits(text, 0, 4, &read.year) || !take_digits(text, 6, 2, &read.number))
		return false;
	if (read.year < YEAR_LEAST || read.year > YEAR_MOST || read.number == 0)
		return false;
	if (local_day_monday(read) >= first_monday(read.year + 1))
		return false;
	*week = read;
	return true;
}

void local_day_print_week(struct iso_week week, char text[static LOCAL_DAY_WEEK_TEXT + 1])
{
	snprintf(text, LOCAL_DAY_WEEK_TEXT + 1, "%04u-W%02u", week.year % 10000, week.number % 100);
}
