/* SPDX-License-Identifier: Apache-2.0 */
/* test_calendar - when it is worked: hours, holidays, moved days, and both turns of the clock. */
#include "policies/calendar.h"

#include "base/timestamp.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { MEMORY = 256 * 1024, TEXT_MAX = 8192 };

/* What ends the files of these zones. */
#define HELSINKI "EET-2EEST,M3.5.0/3,M10.5.0/4"
#define MOSCOW "MSK-3"

static struct instant at(const char *text)
{
	struct instant read;
	cr_assert(!err_failed(timestamp_parse(span_text(text), &read)), "%s", text);
	return read;
}

static struct calendar parse(struct arena *arena, const char *text, const char *rule)
{
	struct calendar calendar;
	unsigned line;
	struct err err = calendar_parse(span_text(text), arena, &calendar, &line);
	cr_assert(!err_failed(err), "line %u: %s", line, err.why);
	calendar.rule = span_text(rule);
	return calendar;
}

static struct calendar builtin(struct arena *arena, const char *name, const char *rule)
{
	struct span text;
	struct calendar calendar;
	unsigned line;
	cr_assert(calendar_builtin_find(span_text(name), &text), "%s", name);
	cr_assert(!err_failed(calendar_parse(text, arena, &calendar, &line)), "%s, line %u", name, line);
	calendar.rule = span_text(rule);
	return calendar;
}

static bool is_open(const struct calendar *calendar, const char *moment)
{
	bool open;
	struct instant opens;
	cr_assert(!err_failed(calendar_is_open(calendar, at(moment), &open, &opens)));
	return open;
}

static bool opens_at(const struct calendar *calendar, const char *moment, const char *expected)
{
	bool open;
	struct instant opens;
	char text[TIMESTAMP_TEXT + 1];
	cr_assert(!err_failed(calendar_is_open(calendar, at(moment), &open, &opens)));
	timestamp_print(opens, text);
	if (opens.ms != at(expected).ms)
		fprintf(stderr, "%s opens at %s\n", moment, text);
	return !open && opens.ms == at(expected).ms;
}

static bool is_off(const struct calendar *calendar, const char *day)
{
	int32_t number;
	struct calendar_hours hours;
	cr_assert(calendar_parse_day(span_text(day), &number), "%s", day);
	return !calendar_is_day_open(calendar, number, &hours);
}

/* ---- hours ---- */

Test(calendar, hours_begin_at_their_first_minute_and_end_before_their_last)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar fi = builtin(&arena, "fi", HELSINKI);
	cr_assert(!is_open(&fi, "2026-11-23T06:59:59.999Z") && is_open(&fi, "2026-11-23T07:00:00Z"));
	cr_assert(is_open(&fi, "2026-11-23T14:59:59.999Z") && !is_open(&fi, "2026-11-23T15:00:00Z"));
}

Test(calendar, hours_are_the_wall_clocks_before_and_after_it_is_turned)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar fi = builtin(&arena, "fi", HELSINKI);
	/* Friday before and Monday after 29 March 2026, and 25 October 2026. */
	cr_assert(is_open(&fi, "2026-03-27T07:00:00Z") && !is_open(&fi, "2026-03-27T06:59:00Z"));
	cr_assert(is_open(&fi, "2026-03-30T06:00:00Z") && !is_open(&fi, "2026-03-30T05:59:00Z"));
	cr_assert(is_open(&fi, "2026-10-23T06:00:00Z") && !is_open(&fi, "2026-10-26T06:00:00Z"));
	cr_assert(is_open(&fi, "2026-10-26T07:00:00Z"));
}

Test(calendar, the_next_opening_lies_behind_weekends_holidays_and_turns)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar fi = builtin(&arena, "fi", HELSINKI);
	cr_assert(opens_at(&fi, "2026-11-21T12:00:00Z", "2026-11-23T07:00:00Z"));
	cr_assert(opens_at(&fi, "2026-11-23T06:00:00.123Z", "2026-11-23T07:00:00Z"));
	cr_assert(opens_at(&fi, "2026-12-23T20:00:00Z", "2026-12-28T07:00:00Z"));
	cr_assert(opens_at(&fi, "2026-03-28T12:00:00Z", "2026-03-30T06:00:00Z"));
	cr_assert(opens_at(&fi, "2026-10-24T12:00:00Z", "2026-10-26T07:00:00Z"));
}

/* On 29 March 2026 Helsinki has no minute from 03:00 to 04:00: it ends at 01:00 UTC. */
Test(calendar, hours_that_the_clock_skips_open_on_the_next_day_that_has_them)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar early = parse(&arena,
		"zone: Europe/Helsinki\n"
		"week:\n  sun: 03:00-04:00\n  mon: 03:00-04:00\n",
		HELSINKI);
	static const char *const MOMENTS[] = {"2026-03-28T12:00:00Z", "2026-03-29T00:00:00Z",
		"2026-03-29T00:30:00Z", "2026-03-29T00:59:59.999Z", "2026-03-29T01:00:00Z",
		"2026-03-29T12:00:00Z"};
	for (size_t i = 0; i < sizeof MOMENTS / sizeof MOMENTS[0]; i++)
		cr_assert(opens_at(&early, MOMENTS[i], "2026-03-30T00:00:00Z"), "%s", MOMENTS[i]);
	struct calendar sunday =
		parse(&arena, "zone: Europe/Helsinki\nweek:\n  sun: 03:15-03:45\n", HELSINKI);
	cr_assert(opens_at(&sunday, "2026-03-29T00:30:00Z", "2026-04-05T00:15:00Z"));
}

Test(calendar, hours_that_begin_in_what_the_clock_skips_open_at_the_turn)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar early = parse(&arena, "zone: Europe/Helsinki\nweek:\n  sun: 03:30-05:00\n", HELSINKI);
	cr_assert(opens_at(&early, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"));
	cr_assert(opens_at(&early, "2026-03-29T00:45:00Z", "2026-03-29T01:00:00Z"));
	cr_assert(is_open(&early, "2026-03-29T01:00:00Z") && !is_open(&early, "2026-03-29T00:59:59Z"));
}

/* On 25 October 2026 it has those from 03:00 to 04:00 twice: the second time from 01:00 UTC on. */
Test(calendar, hours_that_the_clock_shows_twice_open_twice)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar early = parse(&arena, "zone: Europe/Helsinki\nweek:\n  sun: 02:30-03:30\n", HELSINKI);
	cr_assert(opens_at(&early, "2026-10-24T12:00:00Z", "2026-10-24T23:30:00Z"));
	cr_assert(opens_at(&early, "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z"),
		"the turn goes back into them");
	cr_assert(opens_at(&early, "2026-10-25T01:30:00Z", "2026-11-01T00:30:00Z"));
	struct calendar late = parse(&arena, "zone: Europe/Helsinki\nweek:\n  sun: 03:30-03:45\n", HELSINKI);
	cr_assert(opens_at(&late, "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"));
	cr_assert(opens_at(&late, "2026-10-25T00:45:00Z", "2026-10-25T01:30:00Z"));
}

static bool is_open_then(const struct calendar *calendar, int64_t ms, struct instant *opens)
{
	bool open;
	cr_assert(!err_failed(calendar_is_open(calendar, (struct instant){ms}, &open, opens)));
	return open;
}

/* It is open at the opening that is named, and at no quarter of an hour before it; a day of them is looked at. */
static void check_opening(const struct calendar *calendar, int64_t now_ms)
{
	enum { QUARTER_MS = 15 * 60 * 1000, DAY_MS = 96 * QUARTER_MS };
	struct instant opens, next;
	if (is_open_then(calendar, now_ms, &opens))
		return;
	cr_assert(opens.ms > now_ms && is_open_then(calendar, opens.ms, &next), "%lld", (long long)now_ms);
	for (int64_t ms = now_ms; ms < opens.ms && ms < now_ms + DAY_MS; ms += QUARTER_MS)
		cr_assert(!is_open_then(calendar, ms, &next), "%lld is before the one of %lld", (long long)ms,
			(long long)now_ms);
}

Test(calendar, what_is_named_as_the_next_opening_is_the_next)
{
	scoped(arena) arena = ARENA(MEMORY);
	const int64_t turns[] = {at("2026-03-29T01:00:00Z").ms, at("2026-10-25T01:00:00Z").ms};
	struct calendar calendar = parse(&arena, "zone: Europe/Helsinki\n", HELSINKI);
	for (uint16_t quarters = 0; quarters < 24 * 28; quarters++) {
		const uint16_t from = (uint16_t)(quarters / 28 * 15);
		calendar.week[6] = (struct calendar_hours){from, (uint16_t)(from + 15 + quarters % 28 * 15)};
		for (int64_t minute = -6 * 60; minute <= 4 * 60; minute += 15) {
			check_opening(&calendar, turns[0] + minute * 60 * 1000);
			check_opening(&calendar, turns[1] + minute * 60 * 1000);
		}
	}
}

Test(calendar, what_never_opens_says_so)
{
	scoped(arena) arena = ARENA(MEMORY);
	bool open;
	struct instant opens;
	struct calendar never = parse(&arena, "zone: Europe/Helsinki\n", HELSINKI);
	cr_assert(!err_failed(calendar_is_open(&never, at("2026-11-21T12:00:00Z"), &open, &opens)));
	cr_assert(!open && opens.ms == 0);
	never.rule = SPAN_LIT("nonsense");
	cr_assert(calendar_is_open(&never, at("2026-11-21T12:00:00Z"), &open, &opens).kind == ERR_INVALID);
}

/* ---- days ---- */

Test(calendar, moved_days_are_worked_on_saturday_with_the_weeks_hours)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar hu = builtin(&arena, "hu", HELSINKI);
	/* 10/2025. (IV. 30.) NGM: worked, and off for it. */
	static const char *const MOVED[][2] = {
		{"2026-01-10", "2026-01-02"}, {"2026-08-08", "2026-08-21"}, {"2026-12-12", "2026-12-24"}};
	for (size_t i = 0; i < 3; i++)
		cr_assert(!is_off(&hu, MOVED[i][0]) && is_off(&hu, MOVED[i][1]), "%s", MOVED[i][0]);
	cr_assert(is_open(&hu, "2026-01-10T07:00:00Z") && !is_open(&hu, "2026-01-17T07:00:00Z"));
}

Test(calendar, russia_rests_from_the_first_to_the_eleventh_and_on_the_last_of_2026)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar ru = builtin(&arena, "ru", MOSCOW);
	char day[CALENDAR_DAY_TEXT + 1];
	for (unsigned i = 1; i <= 11; i++) {
		snprintf(day, sizeof day, "2026-01-%02u", i);
		cr_assert(is_off(&ru, day), "%s", day);
	}
	static const char *const OFF[] = {"2026-02-23", "2026-03-09", "2026-05-01", "2026-05-11",
		"2026-06-12", "2026-11-04", "2026-12-31"};
	static const char *const WORKED[] = {"2026-01-12", "2026-03-10", "2026-12-30", "2026-12-25"};
	for (size_t i = 0; i < sizeof OFF / sizeof OFF[0]; i++)
		cr_assert(is_off(&ru, OFF[i]), "%s", OFF[i]);
	for (size_t i = 0; i < sizeof WORKED / sizeof WORKED[0]; i++)
		cr_assert(!is_off(&ru, WORKED[i]), "%s", WORKED[i]);
}

Test(calendar, every_country_that_is_brought_along_has_a_zone_and_a_week)
{
	static const char *const NAMES[] = {"bg", "fi", "gb", "hu", "ru", "se"};
	scoped(arena) arena = ARENA(MEMORY);
	const char *name;
	struct span text;
	size_t count = 0;
	for (; calendar_builtin(count, &name, &text); count++) {
		struct calendar calendar = builtin(&arena, name, HELSINKI);
		cr_assert_str_eq(name, NAMES[count]);
		cr_assert(calendar.zone.len && calendar.has_week && calendar.off.count > 15, "%s", name);
		cr_assert(is_off(&calendar, "2026-01-01") && is_off(&calendar, "2027-01-01"), "%s", name);
		cr_assert(!is_off(&calendar, "2026-11-23") && is_off(&calendar, "2026-11-22"), "%s", name);
	}
	cr_assert(count == 6);
	cr_assert(!calendar_builtin_find(SPAN_LIT("xx"), &text) && !calendar_builtin_find(SPAN_NONE, &text));
}

/* ---- one over another ---- */

/* R-M6: the client's list of 2016 lacks 26 December, a Monday; an owner adds it. */
Test(calendar, a_day_that_a_list_lacks_is_off_once_it_is_added)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar list = parse(&arena,
		"zone: Europe/Helsinki\n"
		"week:\n  mon: 09:00-17:00\n  wed: 09:00-17:00\n"
		"off:\n  - 2016-01-06\n",
		HELSINKI);
	struct calendar added = parse(&arena, "off:\n  - 2016-12-26\n", "");
	struct calendar both;
	cr_assert(is_off(&list, "2016-01-06") && !is_off(&list, "2016-12-26"));
	cr_assert(!err_failed(calendar_lay(&list, &added, &both)));
	cr_assert(is_off(&both, "2016-01-06") && is_off(&both, "2016-12-26") && !is_off(&both, "2016-12-19"));
	cr_assert(span_is(both.zone, "Europe/Helsinki") && is_open(&both, "2016-12-19T08:00:00Z"));
}

Test(calendar, what_lies_above_wins_day_by_day)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar hu = builtin(&arena, "hu", HELSINKI);
	struct calendar own = parse(&arena,
		"zone: Europe/Moscow\n"
		"week:\n  mon: 10:00-12:00\n  sun: 00:00-24:00\n"
		"off:\n  - 2026-01-10\n"
		"work:\n  - 2026-01-02\n",
		MOSCOW);
	cr_assert(!err_failed(calendar_lay(&hu, &own, &hu)));
	cr_assert(is_off(&hu, "2026-01-10") && !is_off(&hu, "2026-01-02") && is_off(&hu, "2026-01-01"));
	cr_assert(is_open(&hu, "2026-01-02T07:00:00Z") && !is_open(&hu, "2026-01-02T09:00:00Z"));
	cr_assert(is_open(&hu, "2026-01-11T20:59:00Z") && !is_open(&hu, "2026-01-13T08:00:00Z"));
}

/* Two layers of the longest kind still fit, and no third. */
Test(calendar, a_calendar_has_so_many_days_and_no_more)
{
	struct calendar under = {.has_week = false}, over = under, both;
	for (int32_t day = 0; day < CALENDAR_OWN_DAYS_MAX; day++)
		cr_assert(calendar_add_day(&under.off, day) && calendar_add_day(&over.off, day + 1000));
	cr_assert(!calendar_add_day(&under.off, 5) && under.off.count == CALENDAR_OWN_DAYS_MAX);
	cr_assert(!err_failed(calendar_lay(&under, &over, &both)) && both.off.count == CALENDAR_DAYS_MAX);
	for (size_t i = 1; i < both.off.count; i++)
		cr_assert(both.off.at[i - 1] < both.off.at[i]);
	over.off.at[0] = 999;
	cr_assert(calendar_lay(&both, &over, &both).kind == ERR_TOO_LARGE);
	cr_assert(!calendar_add_day(&both.off, 5000));
}

/* ---- files that are none ---- */

static bool is_refused(const char *text, unsigned expected)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar calendar;
	unsigned line = 99;
	struct err err = calendar_parse(span_text(text), &arena, &calendar, &line);
	if (line != expected)
		fprintf(stderr, "line %u of %s\n", line, text);
	return (err.kind == ERR_INVALID || err.kind == ERR_INPUT) && line == expected;
}

Test(calendar, a_file_with_anything_else_in_it_is_refused_at_its_line)
{
	cr_assert(is_refused("- a\n", 1));
	cr_assert(is_refused("zone: Europe/Sofia\nhours: 5\n", 2));
	cr_assert(is_refused("zone: \"\"\n", 1) && is_refused("zone:\n  - a\n", 2));
	cr_assert(is_refused("week:\n  mon: 9-17\n", 2) && is_refused("week:\n  may: 09:00-17:00\n", 2));
	cr_assert(is_refused("week:\n  mon: 17:00-09:00\n", 2) && is_refused("week: 09:00-17:00\n", 1));
	cr_assert(
		is_refused("week:\n  mon: 09:00-24:01\n", 2) && is_refused("week:\n  mon: 09:60-12:00\n", 2));
	cr_assert(is_refused("off:\n  - 2026-02-29\n", 2) && is_refused("off: 2026-01-01\n", 1));
	cr_assert(is_refused("off:\n  - 2026-01-01\n  - 2026-01-01\n", 3));
	cr_assert(is_refused("work:\n  - 2026-1-1\n", 2) && is_refused("zone: a\nzone: b\n", 2));
}

Test(calendar, texts_come_back_as_they_were)
{
	char day[CALENDAR_DAY_TEXT + 1], hours[CALENDAR_HOURS_TEXT + 1];
	int32_t number;
	unsigned weekday;
	struct calendar_hours read;
	cr_assert(calendar_parse_day(SPAN_LIT("2026-12-26"), &number));
	calendar_print_day(number, day);
	cr_assert_str_eq(day, "2026-12-26");
	cr_assert(
		calendar_parse_hours(SPAN_LIT("08:05-24:00"), &read) && read.from == 485 && read.to == 1440);
	calendar_print_hours(read, hours);
	cr_assert_str_eq(hours, "08:05-24:00");
	for (unsigned i = 0; i < CALENDAR_WEEKDAYS; i++)
		cr_assert(calendar_weekday_find(span_text(calendar_weekday(i)), &weekday) && weekday == i);
	cr_assert(!calendar_weekday_find(SPAN_LIT("Mon"), &weekday));
}
