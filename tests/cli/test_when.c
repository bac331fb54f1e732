/* SPDX-License-Identifier: Apache-2.0 */
/* test_when - what people type as times, in the zone of Budapest: +01:00, and +02:00 in summer. */
#include "cli/when.h"

#include "base/timestamp.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

static const char NOW[] = "2026-11-02T10:30:00.000Z"; /* 11:30 in Budapest */

static void set_zone(void)
{
	setenv("TZ", "Europe/Budapest", 1);
	tzset();
}

TestSuite(when, .init = set_zone);

static struct instant at(const char *text)
{
	struct instant read = {-1};
	cr_assert(!err_failed(timestamp_parse(span_text(text), &read)), "%s is a time", text);
	return read;
}

static bool means(const char *text, enum when_edge edge, const char *expected)
{
	struct instant read = {-1};
	if (err_failed(when_parse(span_text(text), at(NOW), edge, &read)))
		return false;
	return read.ms == at(expected).ms;
}

static bool is_refused(const char *text)
{
	struct instant read = {-7};
	return when_parse(span_text(text), at(NOW), WHEN_BEGIN, &read).kind == ERR_INPUT && read.ms == -7;
}

Test(when, rfc_3339_is_taken_as_it_stands)
{
	cr_assert(means("2026-10-05T08:00:00Z", WHEN_BEGIN, "2026-10-05T08:00:00Z"), "UTC");
	cr_assert(means("2026-10-05T08:00:00+02:00", WHEN_END, "2026-10-05T06:00:00Z"), "with its offset");
}

Test(when, a_day_is_the_day_here)
{
	cr_assert(means("2026-10-05", WHEN_BEGIN, "2026-10-04T22:00:00Z"), "its beginning");
	cr_assert(means("2026-10-05", WHEN_END, "2026-10-05T22:00:00Z"), "its end");
	cr_assert(means("2026-12-31", WHEN_END, "2026-12-31T23:00:00Z"), "the last of a year");
}

Test(when, the_day_on_which_the_clocks_go_back_has_25_hours)
{
	cr_assert(means("2026-10-25", WHEN_BEGIN, "2026-10-24T22:00:00Z"), "its beginning");
	cr_assert(means("2026-10-25", WHEN_END, "2026-10-25T23:00:00Z"), "its end");
}

Test(when, a_time_of_day_is_the_one_here)
{
	cr_assert(means("2026-10-05 14:00", WHEN_BEGIN, "2026-10-05T12:00:00Z"), "summer");
	cr_assert(means("2026-11-02T14:00:30", WHEN_END, "2026-11-02T13:00:30Z"), "winter, with seconds");
}

Test(when, words_are_days_around_now)
{
	cr_assert(means("now", WHEN_BEGIN, NOW), "now");
	cr_assert(means("today", WHEN_BEGIN, "2026-11-01T23:00:00Z"), "today");
	cr_assert(means("today", WHEN_END, "2026-11-02T23:00:00Z"), "today's end");
	cr_assert(means("yesterday", WHEN_BEGIN, "2026-10-31T23:00:00Z"), "yesterday");
	cr_assert(means("yesterday", WHEN_END, "2026-11-01T23:00:00Z"), "yesterday's end");
}

Test(when, a_number_and_a_unit_lie_before_now)
{
	cr_assert(means("90s", WHEN_BEGIN, "2026-11-02T10:28:30Z"), "seconds");
	cr_assert(means("30m", WHEN_BEGIN, "2026-11-02T10:00:00Z"), "minutes");
	cr_assert(means("2h", WHEN_BEGIN, "2026-11-02T08:30:00Z"), "hours");
	cr_assert(means("7d", WHEN_END, "2026-10-26T10:30:00Z"), "days");
	cr_assert(means("4w", WHEN_BEGIN, "2026-10-05T10:30:00Z"), "weeks");
}

Test(when, everything_else_is_refused)
{
	static const char *const NONE[] = {"", "h", "2", "-2h", "2 h", "2y", "1.5h", "007d", "100001h",
		"99999w", "tomorrow", "2026-10", "2026-13-01", "2026-02-31", "2026-10-05 ",
		"2026-10-05 24:00", "2026-10-05 12:60", "2026-10-05 1:00", "2026-10-05T12:00:00+2",
		"1969-12-31", "26-10-05"};
	for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
		cr_assert(is_refused(NONE[i]), "'%s'", NONE[i]);
}

Test(when, an_hour_that_comes_twice_is_told_by_its_offset)
{
	char text[WHEN_TEXT + 1];
	when_print(at("2026-10-25T00:15:00Z"), text);
	cr_assert_str_eq(text, "2026-10-25 02:15:00+02:00");
	when_print(at("2026-10-25T01:15:00Z"), text);
	cr_assert_str_eq(text, "2026-10-25 02:15:00+01:00");
}

Test(when, an_offset_west_of_greenwich_has_its_sign)
{
	char text[WHEN_TEXT + 1];
	setenv("TZ", "America/St_Johns", 1);
	tzset();
	when_print(at("2026-01-01T00:00:00Z"), text);
	cr_assert_str_eq(text, "2025-12-31 20:30:00-03:30");
}
