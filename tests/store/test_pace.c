/* SPDX-License-Identifier: Apache-2.0 */
/* test_pace - who is waited for, and how long. */
#include "store/pace.h"

#include <criterion/criterion.h>

Test(pace, before_the_first_commit_nobody_is_waited_for)
{
	const struct pace pace = {0};
	cr_assert(pace.company == 0 && pace.wait_ns == 0, "%zu", pace.company);
}

Test(pace, a_client_alone_waits_for_nobody_but_himself)
{
	struct pace pace = {0};
	pace_note(&pace, 1, 0, 1000000);
	cr_assert(pace.company == 1, "%zu", pace.company);
}

Test(pace, the_answered_and_the_queued_are_the_company)
{
	struct pace pace = {0};
	pace_note(&pace, 40, 24, 1000000);
	cr_assert(pace.company == 64, "%zu", pace.company);
}

Test(pace, the_wait_is_as_long_as_the_queue_had_stood_still)
{
	struct pace pace = {0};
	pace_note(&pace, 40, 24, 3000000);
	cr_assert(pace.wait_ns == 3000000, "%lld", (long long)pace.wait_ns);
}

Test(pace, a_queue_that_was_growing_is_not_waited_for)
{
	struct pace pace = {0};
	pace_note(&pace, 40, 24, 0);
	cr_assert(pace.wait_ns == 0, "%lld", (long long)pace.wait_ns);
}

Test(pace, a_short_standstill_is_not_worth_a_wait)
{
	struct pace pace = {0};
	pace_note(&pace, 40, 24, PACE_WAIT_MIN_NS - 1);
	cr_assert(pace.wait_ns == 0, "%lld", (long long)pace.wait_ns);
}

Test(pace, a_disk_that_hangs_makes_nobody_wait_for_long)
{
	struct pace pace = {0};
	pace_note(&pace, 40, 24, INT64_MAX);
	cr_assert(pace.wait_ns == PACE_WAIT_MAX_NS, "%lld", (long long)pace.wait_ns);
}

Test(pace, the_company_of_a_burst_is_forgotten_after_it)
{
	struct pace pace = {0};
	pace_note(&pace, 4000, 96, 1000000);
	pace_note(&pace, 1, 0, 1000000);
	cr_assert(pace.company == 1, "%zu", pace.company);
}
