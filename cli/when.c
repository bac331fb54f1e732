/* SPDX-License-Identifier: Apache-2.0 */
/* when - the machine's zone is asked here and nowhere else. */
#include "cli/when.h"

#include "base/timestamp.h"

#include <stdio.h>
#include <time.h>

static const int64_t SECOND_MS = 1000;
static const uint64_t AGO_MAX = 100000;           /* of any unit */
static const int64_t LATEST_MS = 253402300799999; /* 9999-12-31T23:59:59.999Z */

static bool take_digits(struct span *rest, size_t width, int *value)
{
	int sum = 0;
	if (rest->len < width)
		return false;
	for (size_t i = 0; i < width; i++) {
		if (rest->at[i] < '0' || rest->at[i] > '9')
			return false;
		sum = sum * 10 + (rest->at[i] - '0');
	}
	*rest = span_from(*rest, width);
	*value = sum;
	return true;
}

static bool take_mark(struct span *rest, char mark)
{
	if (rest->len == 0 || rest->at[0] != mark)
		return false;
	*rest = span_from(*rest, 1);
	return true;
}

static bool take_date(struct span *rest, struct tm *parts)
{
	if (!take_digits(rest, 4, &parts->tm_year) || !take_mark(rest, '-') ||
		!take_digits(rest, 2, &parts->tm_mon) || !take_mark(rest, '-') ||
		!take_digits(rest, 2, &parts->tm_mday))
		return false;
	parts->tm_year -= 1900;
	parts->tm_mon -= 1;
	return parts->tm_mon >= 0 && parts->tm_mon < 12 && parts->tm_mday >= 1 && parts->tm_mday <= 31;
}

static bool take_clock(struct span *rest, struct tm *parts)
{
	if (!take_digits(rest, 2, &parts->tm_hour) || !take_mark(rest, ':') ||
		!take_digits(rest, 2, &parts->tm_min))
		return false;
	if (take_mark(rest, ':') && !take_digits(rest, 2, &parts->tm_sec))
		return false;
	return parts->tm_hour < 24 && parts->tm_min < 60 && parts->tm_sec < 60;
}

static bool to_instant(struct tm parts, struct instant *at)
{
	/* mktime moves what does not exist: 31 February is told by its month. */
	int month = parts.tm_mon;
	bool is_day = parts.tm_hour == 0 && parts.tm_min == 0 && parts.tm_sec == 0;
	parts.tm_isdst = -1;
	time_t seconds = mktime(&parts);
	/* On a night when the clocks jump over midnight, the day begins later. */
	if (parts.tm_mon != month && !is_day)
		return false;
	at->ms = (int64_t)seconds * SECOND_MS;
	return parts.tm_mon == month && at->ms >= 0 && at->ms <= LATEST_MS;
}

/* The first moment of the day that lies so many days from the one in parts. */
static bool day_of(struct tm parts, int days, struct instant *at)
{
	parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
	parts.tm_isdst = -1;
	parts.tm_mday += days;
	at->ms = (int64_t)mktime(&parts) * SECOND_MS;
	return at->ms >= 0 && at->ms <= LATEST_MS;
}

static bool parse_date(struct span text, enum when_edge edge, struct instant *at)
{
	struct tm parts = {0};
	struct instant begin;
	if (!take_date(&text, &parts))
		return false;
	if (text.len == 0)
		return to_instant(parts, &begin) && day_of(parts, edge == WHEN_END ? 1 : 0, at);
	if (!take_mark(&text, ' ') && !take_mark(&text, 'T'))
		return false;
	return take_clock(&text, &parts) && text.len == 0 && to_instant(parts, at);
}

static bool parse_word(struct span text, struct instant now, enum when_edge edge, struct instant *at)
{
	struct tm parts;
	time_t seconds = (time_t)(now.ms / SECOND_MS);
	if (span_is(text, "now")) {
		*at = now;
		return true;
	}
	if (!localtime_r(&seconds, &parts))
		return false;
	int further = edge == WHEN_END ? 1 : 0;
	if (span_is(text, "today"))
		return day_of(parts, further, at);
	return span_is(text, "yesterday") && day_of(parts, further - 1, at);
}

static bool parse_ago(struct span text, struct instant now, struct instant *at)
{
	static const struct {
		char unit;
		int64_t ms;
	} UNITS[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}, {'w', 604800000}};
	uint64_t count;
	if (text.len < 2 || !span_number(span_first(text, text.len - 1), AGO_MAX, &count))
		return false;
	for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++) {
		if (text.at[text.len - 1] != UNITS[i].unit)
			continue;
		at->ms = now.ms - (int64_t)count * UNITS[i].ms;
		return at->ms >= 0;
	}
	return false;
}

fallible when_parse(struct span text, struct instant now, enum when_edge edge, struct instant *at)
{
	struct instant read;
	if (err_failed(timestamp_parse(text, &read)) && !parse_date(text, edge, &read) &&
		!parse_word(text, now, edge, &read) && !parse_ago(text, now, &read))
		return FAIL(INPUT,
			"a time is RFC 3339, 2026-10-05, \"2026-10-05 14:00\", 2h, 7d, today or yesterday");
	*at = read;
	return OK;
}

void when_print(struct instant at, char out[static WHEN_TEXT + 1])
{
	struct tm parts = {0};
	char text[64];
	time_t seconds = (time_t)(at.ms / SECOND_MS);
	localtime_r(&seconds, &parts);
	long minutes = parts.tm_gmtoff / 60;
	char sign = minutes < 0 ? '-' : '+';
	minutes = minutes < 0 ? -minutes : minutes;
	snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d%c%02ld:%02ld", parts.tm_year + 1900,
		parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, sign,
		minutes / 60, minutes % 60);
	memcpy(out, text, WHEN_TEXT);
	out[WHEN_TEXT] = '\0';
}
