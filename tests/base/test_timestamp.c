/* SPDX-License-Identifier: Apache-2.0 */
/* What times as text promise. Examples: RFC 3339 §5.8. */
#include "base/timestamp.h"

#include "tests/support/dice.h"

#include <criterion/criterion.h>

struct row {
	const char *text;
	int64_t ms;
};

Test(timestamp, prints_milliseconds_in_utc)
{
	static const struct row rows[] = {{"1970-01-01T00:00:00.000Z", 0}, {"1970-01-01T00:00:00.001Z", 1},
		{"2000-02-29T23:59:59.999Z", 951868799999}, {"2026-11-21T18:25:32.123Z", 1795285532123},
		{"2100-03-01T00:00:00.000Z", 4107542400000}, {"9999-12-31T23:59:59.999Z", 253402300799999}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char text[TIMESTAMP_TEXT + 1];
		timestamp_print((struct instant){rows[i].ms}, text);
		cr_assert_str_eq(text, rows[i].text);
	}
}

Test(timestamp, prints_the_nearest_end_for_times_outside)
{
	char text[TIMESTAMP_TEXT + 1];
	timestamp_print((struct instant){-1}, text);
	cr_assert_str_eq(text, "1970-01-01T00:00:00.000Z");
	timestamp_print((struct instant){INT64_MIN}, text);
	cr_assert_str_eq(text, "1970-01-01T00:00:00.000Z");
	timestamp_print((struct instant){253402300800000}, text);
	cr_assert_str_eq(text, "9999-12-31T23:59:59.999Z");
	timestamp_print((struct instant){INT64_MAX}, text);
	cr_assert_str_eq(text, "9999-12-31T23:59:59.999Z");
}

Test(timestamp, parses_what_rfc_3339_allows)
{
	static const struct row rows[] = {{"1985-04-12T23:20:50.52Z", 482196050520},
		{"1996-12-19T16:39:57-08:00", 851042397000}, {"1990-12-31T23:59:60Z", 662688000000},
		{"1990-12-31T15:59:60-08:00", 662688000000}, {"2026-11-21t18:25:32z", 1795285532000},
		{"2026-11-21T18:25:32.1239999999999999999999999Z", 1795285532123},
		{"2026-11-21T18:25:32.9Z", 1795285532900}, {"2026-11-21T18:25:32-00:00", 1795285532000},
		{"2026-11-21T19:25:32.123+01:00", 1795285532123},
		{"2026-11-22T18:24:32+23:59", 1795285532000}, {"1969-12-31T23:00:00-01:00", 0},
		{"2016-12-31T23:59:60.5Z", 1483228800500}, {"2024-02-29T00:00:00Z", 1709164800000}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct instant at;
		cr_assert(!err_failed(timestamp_parse(span_text(rows[i].text), &at)), "%s", rows[i].text);
		cr_assert(at.ms == rows[i].ms, "%s gives %ld", rows[i].text, (long)at.ms);
	}
}

Test(timestamp, refuses_what_is_no_such_text)
{
	static const char *const rows[] = {"", "2026", "2026-11-21", "2026-11-21T18:25:32",
		"2026-11-21 18:25:32Z", "2026-11-21T18:25Z", "2026-11-21T18:25:32.Z",
		"2026-11-21T18:25:32,5Z", "2026-11-21T18:25:32ZZ", "2026-11-21T18:25:32Z ",
		" 2026-11-21T18:25:32Z", "26-11-21T18:25:32Z", "02026-11-21T18:25:32Z", "2026-1-21T18:25:32Z",
		"2026/11/21T18:25:32Z", "2026-11-21T18:25:32+0100", "2026-11-21T18:25:32+01",
		"2026-11-21T18:25:32+01:0", "2026-11-21T18:25:32+24:00", "2026-11-21T18:25:32+01:60",
		"20261121T182532Z", "-026-11-21T18:25:32Z", "2026-11-21T18:25:3xZ", "2026-11-21T18:25:32+",
		"2026-11-21T18:25:32.5"};
	struct instant at = {7};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert(timestamp_parse(span_text(rows[i]), &at).kind == ERR_INVALID, "%s", rows[i]);
	cr_assert(timestamp_parse(SPAN_LIT("2026-11-21T18:25:32Z\0"), &at).kind == ERR_INVALID);
	cr_assert(at.ms == 7, "a refused text leaves the time alone");
}

Test(timestamp, refuses_days_and_hours_that_do_not_exist)
{
	static const char *const rows[] = {"2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
		"2024-02-30T00:00:00Z", "2026-00-01T00:00:00Z", "2026-13-01T00:00:00Z",
		"2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-04-31T00:00:00Z",
		"2026-11-21T24:00:00Z", "2026-11-21T23:60:00Z", "2026-11-21T23:59:61Z",
		"2026-11-21T12:30:60Z", "2026-11-21T23:59:60+01:00"};
	struct instant at;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert(timestamp_parse(span_text(rows[i]), &at).kind == ERR_INVALID, "%s", rows[i]);
}

Test(timestamp, refuses_times_outside_1970_to_9999)
{
	static const char *const rows[] = {"1969-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
		"1970-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z"};
	struct instant at;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert(timestamp_parse(span_text(rows[i]), &at).kind == ERR_INVALID, "%s", rows[i]);
}

static void assert_round_trip(int64_t ms)
{
	char text[TIMESTAMP_TEXT + 1];
	struct instant back;
	timestamp_print((struct instant){ms}, text);
	cr_assert(strlen(text) == TIMESTAMP_TEXT);
	cr_assert(!err_failed(timestamp_parse(span_text(text), &back)) && back.ms == ms, "%s", text);
}

Test(timestamp, every_day_survives_print_and_parse)
{
	for (int64_t ms = 0; ms < 253402300800000; ms += 86400000 * 7 - 1)
		assert_round_trip(ms);
}

Test(timestamp, random_milliseconds_survive_print_and_parse)
{
	struct dice dice = {2};
	for (int round = 0; round < 50000; round++)
		assert_round_trip((int64_t)(dice_roll(&dice) % 253402300800000));
}

Test(timestamp, the_text_sorts_as_the_time_does)
{
	struct dice dice = {3};
	for (int round = 0; round < 5000; round++) {
		int64_t a = (int64_t)(dice_roll(&dice) % 253402300800000);
		int64_t b = (int64_t)(dice_roll(&dice) % 253402300800000);
		char first[TIMESTAMP_TEXT + 1];
		char second[TIMESTAMP_TEXT + 1];
		timestamp_print((struct instant){a}, first);
		timestamp_print((struct instant){b}, second);
		cr_assert((strcmp(first, second) < 0) == (a < b), "%s %s", first, second);
	}
}
