/* SPDX-License-Identifier: Apache-2.0 */
/* test_zones - the rules of time zones as Debian's tzdata has them. */
#include "server/core/zones.h"

#include <criterion/criterion.h>

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
