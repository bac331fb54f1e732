/* SPDX-License-Identifier: Apache-2.0 */
/* Days and weeks of a time zone: they follow each other without a gap. */
#include "base/local_day.h"

#include "base/timestamp.h"

#include <criterion/criterion.h>

#define HELSINKI SPAN_LIT("EET-2EEST,M3.5.0/3,M10.5.0/4")
#define MOSCOW SPAN_LIT("MSK-3")
#define LONDON SPAN_LIT("GMT0BST,M3.5.0/1,M10.5.0")
#define SANTIAGO SPAN_LIT("<-04>4<-03>,M9.1.6/24,M4.1.6/24")
#define KATHMANDU SPAN_LIT("<+0545>-5:45")

static const int64_t HOUR_MS = 3600000;

static struct instant begins(struct span rule, int64_t day)
{
	struct instant at;
	cr_assert(!err_failed(local_day_begins(rule, day, &at)));
	return at;
}

static int64_t week_ms(struct span rule, unsigned year, unsigned number)
{
	int64_t monday = local_day_monday((struct iso_week){year, number});
	return begins(rule, monday + 7).ms - begins(rule, monday).ms;
}

static void is_time(struct instant at, const char *want)
{
	char text[TIMESTAMP_TEXT + 1];
	timestamp_print(at, text);
	cr_assert_str_eq(text, want);
}

Test(local_day, a_week_begins_on_monday_at_midnight_of_the_zone)
{
	int64_t monday = local_day_monday((struct iso_week){2026, 42});
	is_time(begins(HELSINKI, monday), "2026-10-11T21:00:00.000Z");
	is_time(begins(MOSCOW, monday), "2026-10-11T21:00:00.000Z");
	is_time(begins(LONDON, monday), "2026-10-11T23:00:00.000Z");
	is_time(begins(KATHMANDU, monday), "2026-10-11T18:15:00.000Z");
}

Test(local_day, the_weeks_of_a_turned_clock_have_an_hour_more_or_less)
{
	cr_assert(week_ms(HELSINKI, 2026, 43) == 169 * HOUR_MS);
	cr_assert(week_ms(HELSINKI, 2026, 13) == 167 * HOUR_MS);
	cr_assert(week_ms(MOSCOW, 2026, 43) == 168 * HOUR_MS);
	cr_assert(week_ms(LONDON, 2026, 43) == 169 * HOUR_MS);
}

Test(local_day, days_follow_each_other_without_a_gap_where_midnight_is_missing_or_comes_twice)
{
	const struct span zones[] = {HELSINKI, SANTIAGO, KATHMANDU, LONDON};
	for (size_t z = 0; z < 4; z++) {
		int64_t first = local_day_monday((struct iso_week){2026, 1});
		for (int64_t day = first; day < first + 400; day++) {
			int64_t found;
			struct instant begin = begins(zones[z], day), end = begins(zones[z], day + 1);
			cr_assert(end.ms - begin.ms >= 23 * HOUR_MS && end.ms - begin.ms <= 25 * HOUR_MS);
			const struct instant inside[] = {begin, {end.ms - 1}};
			for (size_t i = 0; i < 2; i++) {
				cr_assert(!err_failed(local_day_at(zones[z], inside[i], &found)));
				cr_assert(found == day, "zone %zu day %d", z, (int)day);
			}
		}
	}
}

Test(local_day, a_week_is_read_and_printed_and_no_other_text_is_one)
{
	static const char *const FAULTY[] = {"", "2026-W54", "2025-W53", "2026-W00", "2026-42", "2026W42x",
		"2026-w42", "1970-W01", "9999-W01", "2026-W4", "2026-W042", "20 6-W42"};
	struct iso_week week;
	char text[LOCAL_DAY_WEEK_TEXT + 1];
	cr_assert(local_day_read_week(SPAN_LIT("2026-W53"), &week), "2026 has 53 weeks");
	local_day_print_week(week, text);
	cr_assert_str_eq(text, "2026-W53");
	for (size_t i = 0; i < sizeof FAULTY / sizeof FAULTY[0]; i++)
		cr_assert(!local_day_read_week(span_text(FAULTY[i]), &week), "%s", FAULTY[i]);
}

Test(local_day, each_day_lies_in_the_week_that_its_thursday_names)
{
	struct iso_week last = {2020, 52};
	for (int64_t monday = local_day_monday((struct iso_week){2020, 53}); monday < 22000; monday += 7) {
		struct iso_week week = local_day_week(monday);
		bool follows = week.year == last.year ? week.number == last.number + 1
						      : week.number == 1 && last.number >= 52;
		cr_assert(follows && local_day_monday(week) == monday);
		for (int64_t day = monday; day < monday + 7; day++)
			cr_assert(local_day_week(day).number == week.number);
		last = week;
	}
}

Test(local_day, a_rule_that_is_none_is_refused)
{
	struct instant at;
	int64_t day;
	cr_assert(local_day_begins(SPAN_LIT("Europe/Helsinki"), 20000, &at).kind == ERR_INVALID);
	cr_assert(local_day_at(SPAN_NONE, (struct instant){0}, &day).kind == ERR_INVALID);
}
