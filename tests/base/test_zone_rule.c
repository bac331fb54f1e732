/* SPDX-License-Identifier: Apache-2.0 */
/* test_zone_rule - what the wall clock shows, compared with the C library's own reading of the same rules. */
#include "base/zone_rule.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

enum { HOUR_S = 3600, DAY_S = 24 * HOUR_S };

static const char *const RULES[] = {"UTC0", "EET-2EEST,M3.5.0/3,M10.5.0/4", "CET-1CEST,M3.5.0,M10.5.0/3",
	"MSK-3", "<+0330>-3:30", "EST5EDT,M3.2.0,M11.1.0", "NZST-12NZDT,M9.5.0,M4.1.0/3", "<-03>3",
	"IST-1GMT0,M10.5.0,M3.5.0/1", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "EET-2EEST,M3.4.4/50,M10.4.4/50",
	"AAA3BBB,J60/0,J300", "AAA3BBB,59/0,299"};

static struct zone_time read_at(const char *rule, int64_t at_s)
{
	struct zone_time time;
	struct err err = zone_rule_read(span_text(rule), (struct instant){at_s * 1000}, &time);
	cr_assert(!err_failed(err), "%s: %s", rule, err.why);
	return time;
}

/* As the C library has it. */
static struct zone_time library_at(int64_t at_s)
{
	struct tm tm;
	time_t t = (time_t)at_s;
	localtime_r(&t, &tm);
	return (struct zone_time){(unsigned)(tm.tm_wday + 6) % 7, (unsigned)(tm.tm_hour * 60 + tm.tm_min)};
}

static void compare(const char *rule, int64_t from_s, int64_t until_s, int64_t step_s)
{
	setenv("TZ", rule, 1);
	tzset();
	for (int64_t at_s = from_s; at_s < until_s; at_s += step_s) {
		struct zone_time ours = read_at(rule, at_s), theirs = library_at(at_s);
		cr_assert(ours.weekday == theirs.weekday && ours.minute == theirs.minute,
			"%s at %lld: %u %u instead of %u %u", rule, (long long)at_s, ours.weekday,
			ours.minute, theirs.weekday, theirs.minute);
	}
}

Test(zone_rule, every_half_hour_of_four_years_is_as_the_c_library_has_it)
{
	for (size_t i = 0; i < sizeof RULES / sizeof RULES[0]; i++)
		compare(RULES[i], 1703980800, 1703980800 + 4 * 366 * (int64_t)DAY_S, HOUR_S / 2);
}

Test(zone_rule, a_century_from_now_is_as_the_c_library_has_it)
{
	for (size_t i = 0; i < sizeof RULES / sizeof RULES[0]; i++)
		compare(RULES[i], 4891363200, 4891363200 + 2 * 366 * (int64_t)DAY_S, HOUR_S);
}

Test(zone_rule, the_first_of_january_1970_was_a_thursday)
{
	struct zone_time time = read_at("UTC0", 0);
	cr_assert(time.weekday == 3 && time.minute == 0);
}

Test(zone_rule, what_is_no_rule_is_refused_and_changes_nothing)
{
	static const char *const BAD[] = {"", "UTC", "U0", "UTC0x", "EET-2EEST", "EET-2EEST,M3.5.0/3",
		"EET-2EEST,M13.5.0,M10.5.0", "EET-2EEST,M3.6.0,M10.5.0", "EET-2EEST,M3.5.7,M10.5.0",
		"EET-168", "EET-2EEST,J0,J300", "EET-2EEST,366,300", "<+03-3", "<>-3",
		"EET-2EEST,M3.5.0/3,M10.5.0/4 ", "EET-2:60", "EET-2EEST M3.5.0,M10.5.0", ":Europe/Helsinki",
		"<aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa>-2", "UTC0;",
		"UTC0;1", "UTC0;1,2", "UTC0;1,2,", "UTC0;1,2,3;", "UTC0;1,2,3,4", "UTC0;1,2,601201",
		"UTC0;1,1234567890123,0", ";1,2,3", "UTC0;1,2,3 "};
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		struct zone_time time = {99, 99};
		struct err err = zone_rule_read(span_text(BAD[i]), (struct instant){0}, &time);
		cr_assert(err.kind == ERR_INVALID && time.weekday == 99, "%s", BAD[i]);
	}
}

Test(zone_rule, a_spell_counts_from_its_first_second_to_before_its_last)
{
	static const char RULE[] = "<+01>-1;1000,2000,0;5000,6000,-1800";
	static const struct {
		int64_t at_s, east_s;
	} WANTED[] = {{0, 3600}, {999, 3600}, {1000, 0}, {1999, 0}, {2000, 3600}, {4999, 3600}, {5000, -1800},
		{5999, -1800}, {6000, 3600}, {4102444800, 3600}};
	for (size_t i = 0; i < sizeof WANTED / sizeof WANTED[0]; i++) {
		int64_t east_s = -1;
		struct instant at = {WANTED[i].at_s * 1000};
		cr_assert(!err_failed(zone_rule_east(SPAN_LIT(RULE), at, &east_s)));
		cr_assert(east_s == WANTED[i].east_s, "%zu: %lld", i, (long long)east_s);
	}
}
