/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_calendar - whatever a calendar's file says: its days are in order, it can be laid over another, and it is open or
 * says when it opens. */
#include "policies/calendar.h"

#include <assert.h>

enum { MEMORY = 4 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_days(const struct calendar_days *days)
{
	assert(days->count <= CALENDAR_OWN_DAYS_MAX);
	for (size_t i = 1; i < days->count; i++)
		assert(days->at[i - 1] < days->at[i]);
}

static void check_moment(const struct calendar *calendar, struct instant now)
{
	bool open, then;
	struct instant opens, next;
	struct err err = calendar_is_open(calendar, now, &open, &opens);
	assert(!err_failed(err));
	if (open || opens.ms == 0)
		return;
	assert(opens.ms > now.ms);
	err = calendar_is_open(calendar, opens, &then, &next);
	assert(!err_failed(err) && then);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t MOMENTS[] = {
		0, 1774742400000, 1774746000000, 1792888200000, 1795262400000, 253370764800000};
	scoped(arena) arena = ARENA(MEMORY);
	struct calendar calendar, both;
	unsigned line;
	struct err err = calendar_parse(span_of(data, size), &arena, &calendar, &line);
	if (err_failed(err))
		return 0;
	check_days(&calendar.off);
	check_days(&calendar.work);
	calendar.rule = SPAN_LIT("EET-2EEST,M3.5.0/3,M10.5.0/4");
	for (size_t i = 0; i < sizeof MOMENTS / sizeof MOMENTS[0]; i++)
		check_moment(&calendar, (struct instant){MOMENTS[i]});
	err = calendar_lay(&calendar, &calendar, &both);
	assert(!err_failed(err) && both.off.count == calendar.off.count);
	return 0;
}
