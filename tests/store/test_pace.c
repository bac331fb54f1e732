/* SPDX-License-Identifier: Apache-2.0 */
/* test_pace - who is waited for, and how long. */
#include "store/pace.h"

#include <criterion/criterion.h>

enum { MS = 1000 * 1000 };

static struct pace pace_of(struct pace_batch batch)
{
	struct pace pace = {0};
	pace_note(&pace, &batch);
	return pace;
}

Test(pace, before_the_first_batch_nobody_is_waited_for)
{
	const struct pace pace = {0};
	cr_assert(pace.company == 0 && pace.wait_ns == 0, "%zu", pace.company);
}

Test(pace, a_client_alone_waits_for_nobody_but_himself)
{
	cr_assert(pace_of((struct pace_batch){1, 0, MS, MS}).company == 1);
}

Test(pace, the_answered_and_the_queued_are_the_company)
{
	cr_assert(pace_of((struct pace_batch){40, 24, MS, MS}).company == 64);
}

Test(pace, the_wait_is_short_and_half_as_long_as_the_batch_took)
{
	enum { QUICK = PACE_SHORT_NS };
	cr_assert(pace_of((struct pace_batch){4, 4, QUICK, 0}).wait_ns == QUICK / 2,
		"a queue that was growing");
	cr_assert(pace_of((struct pace_batch){8, 0, QUICK, QUICK}).wait_ns == QUICK / 2,
		"all were in the batch");
	cr_assert(pace_of((struct pace_batch){4, 4, MS, 0}).wait_ns == PACE_SHORT_NS);
	cr_assert(pace_of((struct pace_batch){4, 4, INT64_MAX, 0}).wait_ns == PACE_SHORT_NS);
	cr_assert(pace_of((struct pace_batch){4, 4, 0, 0}).wait_ns == 0);
}

Test(pace, on_a_slow_disk_the_wait_is_as_long_as_the_queue_had_stood_still)
{
	cr_assert(pace_of((struct pace_batch){40, 24, 4 * MS, 3 * MS}).wait_ns == 3 * MS);
	cr_assert(pace_of((struct pace_batch){40, 24, 4 * MS, PACE_STILL_NS}).wait_ns == PACE_STILL_NS);
	cr_assert(pace_of((struct pace_batch){40, 24, 4 * MS, PACE_STILL_NS - 1}).wait_ns == PACE_SHORT_NS,
		"a short standstill");
}

Test(pace, a_disk_that_hangs_makes_nobody_wait_for_long)
{
	cr_assert(pace_of((struct pace_batch){40, 24, INT64_MAX, INT64_MAX}).wait_ns == PACE_WAIT_MAX_NS);
}

Test(pace, the_company_of_a_burst_is_forgotten_after_it)
{
	struct pace pace = {0};
	pace_note(&pace, &(struct pace_batch){4000, 96, MS, MS});
	pace_note(&pace, &(struct pace_batch){1, 0, MS, MS});
	cr_assert(pace.company == 1, "%zu", pace.company);
}

/* waits_in - so many batches of 64 clients, each without those who are missing; true if one of them is followed by a wait. */
static bool waits_in(struct pace *pace, size_t batches, size_t missing)
{
	bool waited = false;
	for (size_t i = 0; i < batches; i++) {
		pace_note(pace, &(struct pace_batch){64 - missing, missing, MS, 0});
		waited = waited || pace->wait_ns > 0;
	}
	return waited;
}

/* The first batch was not waited for, so that its missing ones are none. */
Test(pace, who_does_not_come_back_in_time_is_not_waited_for)
{
	struct pace pace = {0};
	cr_assert(waits_in(&pace, 1, 24));
	for (unsigned miss = 1; miss < PACE_MISSES; miss++) {
		waits_in(&pace, 1, 24);
		cr_assert(pace.wait_ns == PACE_SHORT_NS, "after %u", miss);
	}
	cr_assert(!waits_in(&pace, PACE_REST, 24));
	cr_assert(waits_in(&pace, 1, 24), "the wait that tries it again");
	cr_assert(!waits_in(&pace, PACE_REST, 24), "one is enough to tell that nothing has changed");
}

Test(pace, a_wait_for_which_all_came_back_is_repeated)
{
	struct pace pace = {0};
	waits_in(&pace, PACE_MISSES + 1 + PACE_REST, 24);
	cr_assert(pace.wait_ns == PACE_SHORT_NS, "the wait that tries it again");
	waits_in(&pace, 1, 0);
	for (unsigned miss = 0; miss < PACE_MISSES; miss++) {
		cr_assert(pace.wait_ns == PACE_SHORT_NS, "after %u", miss);
		waits_in(&pace, 1, 24);
	}
	cr_assert(pace.wait_ns == 0);
}

Test(pace, one_wait_for_which_all_came_back_makes_up_for_those_in_vain_before)
{
	struct pace pace = {0};
	for (unsigned i = 0; i < 1000; i++) {
		waits_in(&pace, 1, i % PACE_MISSES ? 1 : 0);
		cr_assert(pace.wait_ns == PACE_SHORT_NS, "after %u", i);
	}
}

Test(pace, on_a_slow_disk_no_wait_is_left_out)
{
	struct pace pace = {0};
	waits_in(&pace, PACE_MISSES + 1, 24);
	cr_assert(pace.wait_ns == 0);
	for (unsigned i = 0; i < 2 * PACE_REST; i++) {
		pace_note(&pace, &(struct pace_batch){40, 24, 4 * MS, 3 * MS});
		cr_assert(pace.wait_ns == 3 * MS, "after %u", i);
	}
}

Test(pace, who_came_late_on_a_slow_disk_is_waited_for_when_it_is_quick_again)
{
	struct pace pace = {0};
	for (unsigned i = 0; i < 2 * PACE_MISSES; i++)
		pace_note(&pace, &(struct pace_batch){40, 24, 4 * MS, 3 * MS});
	cr_assert(waits_in(&pace, 1, 24));
}
