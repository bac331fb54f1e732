/* SPDX-License-Identifier: Apache-2.0 */
/* test_steady - a clock that is set back by hand, and what goes on. */
#include "base/steady.h"

#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>

enum { HOUR_MS = 60 * 60 * 1000, SLACK_MS = 5000 /* that the test itself may take */ };

static bool is_about(int64_t value_ms, int64_t wanted_ms)
{
	return value_ms >= wanted_ms && value_ms < wanted_ms + SLACK_MS;
}

Test(steady, is_the_machines_clock_while_that_goes_on)
{
	struct steady steady = {0};
	cr_assert(steady_now(&steady).ms == clock_now().ms);
	fake_clock_pass(HOUR_MS);
	cr_assert(steady_now(&steady).ms == clock_now().ms && steady_behind_ms(&steady) == 0);
}

Test(steady, rule_o_a_clock_that_is_set_back_takes_nothing_back)
{
	struct steady steady = {0};
	struct instant before = steady_now(&steady);
	fake_clock_pass(-HOUR_MS);
	cr_assert(is_about(steady_now(&steady).ms, before.ms));
	cr_assert(is_about(steady_behind_ms(&steady), HOUR_MS));
}

Test(steady, after_a_step_back_time_goes_on_and_does_not_stand)
{
	struct steady steady = {0};
	steady_now(&steady);
	fake_clock_pass(-HOUR_MS);
	struct instant before = steady_now(&steady);
	int64_t until_ms = clock_monotonic_ms() + 20;
	while (clock_monotonic_ms() < until_ms)
		continue;
	cr_assert(steady_now(&steady).ms >= before.ms + 20);
}

Test(steady, the_machines_clock_leads_again_once_it_has_caught_up)
{
	struct steady steady = {0};
	steady_now(&steady);
	fake_clock_pass(-HOUR_MS);
	steady_now(&steady);
	fake_clock_pass(2 * HOUR_MS);
	cr_assert(steady_now(&steady).ms == clock_now().ms && steady_behind_ms(&steady) == 0);
}

Test(steady, begins_no_earlier_than_what_was_written_before)
{
	struct steady steady = {0};
	steady_raise(&steady, (struct instant){clock_now().ms + HOUR_MS});
	cr_assert(is_about(steady_now(&steady).ms, clock_now().ms + HOUR_MS));
	steady_raise(&steady, (struct instant){clock_now().ms});
	cr_assert(is_about(steady_now(&steady).ms, clock_now().ms + HOUR_MS), "it is never lowered");
}

Test(steady, less_than_a_second_is_no_step)
{
	struct steady steady = {0};
	steady_now(&steady);
	fake_clock_pass(-900);
	steady_now(&steady);
	cr_assert(steady_behind_ms(&steady) == 0);
}
