/* SPDX-License-Identifier: Apache-2.0 */
/* test_zones - the rules of time zones as Debian's tzdata has them, compared with what the C library reads of the same files. */
#include "base/zone_rule.h"
#include "server/core/zones.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { HOUR_S = 3600 };

static struct err rule_of(const char *name, struct arena *arena, struct span *rule)
{
	return zones_rule(span_text(name), arena, rule);
}

Test(zones, a_zone_has_the_rule_that_ends_its_file)
{
	scoped(arena) arena = ARENA(4096);
	struct span rule;
	cr_assert(!err_failed(rule_of("Europe/Helsinki", &arena, &rule)));
	cr_assert(span_is(rule, "EET-2EEST,M3.5.0/3,M10.5.0/4"), "%.*s", SPAN_FMT(rule));
	cr_assert(!err_failed(rule_of("UTC", &arena, &rule)) && span_is(rule, "UTC0"));
}

Test(zones, what_is_no_zone_is_refused_and_no_other_file_is_read)
{
	static const char *const BAD[] = {"", "Europe/Nowhere", "/etc/passwd", "../../../etc/passwd",
		"Europe", "tzdata.zi", "zone.tab", "Europe/../../../../etc/hosts",
		"Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
	scoped(arena) arena = ARENA(4096);
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		struct span rule = SPAN_LIT("as it was");
		cr_assert(rule_of(BAD[i], &arena, &rule).kind == ERR_INVALID, "%s", BAD[i]);
		cr_assert(span_is(rule, "as it was"));
	}
}

/* From 2026 to 2050, as the C library has it: its reading of the whole file. */
static void compare(const char *name, struct span rule, int64_t step_s)
{
	enum { FROM_S = 1767225600, UNTIL_S = 2524608000 };
	setenv("TZ", name, 1);
	tzset();
	for (int64_t at_s = FROM_S; at_s < UNTIL_S; at_s += step_s) {
		int64_t east_s = -1;
		time_t at = (time_t)at_s;
		struct tm tm;
		localtime_r(&at, &tm);
		cr_assert(!err_failed(zone_rule_east(rule, (struct instant){at_s * 1000}, &east_s)));
		cr_assert(east_s == tm.tm_gmtoff, "%s at %lld: %lld instead of %ld", name, (long long)at_s,
			(long long)east_s, tm.tm_gmtoff);
	}
}

Test(zones, where_the_clocks_follow_the_moon_the_rule_does_too)
{
	static const char *const MOON[] = {
		"Africa/Casablanca", "Africa/El_Aaiun", "Asia/Gaza", "Asia/Hebron"};
	scoped(arena) arena = ARENA(64 * 1024);
	for (size_t i = 0; i < sizeof MOON / sizeof MOON[0]; i++) {
		struct span rule;
		cr_assert(!err_failed(rule_of(MOON[i], &arena, &rule)));
		cr_assert(memchr(rule.at, ';', rule.len), "%s", MOON[i]);
		compare(MOON[i], rule, 5 * HOUR_S);
	}
}

Test(zones, every_other_zone_is_as_the_c_library_has_it)
{
	char line[128], name[ZONES_NAME_MAX + 1];
	size_t count = 0;
	FILE *all = fopen("/usr/share/zoneinfo/tzdata.zi", "re");
	cr_assert(all, "tzdata has a list of its zones");
	while (fgets(line, sizeof line, all)) {
		scoped(arena) arena = ARENA(16 * 1024);
		struct span rule;
		if (sscanf(line, "Z %64s ", name) != 1)
			continue;
		cr_assert(!err_failed(rule_of(name, &arena, &rule)), "%s", name);
		compare(name, rule, 173 * HOUR_S);
		count++;
	}
	fclose(all);
	cr_assert(count > 300);
}
