/* SPDX-License-Identifier: Apache-2.0 */
/* test_pause - a thread that waits is woken, is let go, and never waits again once it is to stop. */
#include "server/env/pause.h"

#include <criterion/criterion.h>

enum { LONG_MS = 24 * 3600 * 1000 };

Test(pause, ends_by_itself_after_its_time)
{
	struct pause pause;
	pause_init(&pause);
	cr_assert(pause_wait(&pause, 1) && pause_wait(&pause, 0));
	cr_assert(!pause_is_stopping(&pause));
	pause_done(&pause);
}

Test(pause, one_that_was_woken_before_is_over_at_once_and_the_next_is_not)
{
	struct pause pause;
	pause_init(&pause);
	pause_wake(&pause);
	cr_assert(pause_wait(&pause, LONG_MS) && !pause.woken, "a waking counts for one wait");
	pause_done(&pause);
}

static void *wait_once(void *context)
{
	return pause_wait(context, LONG_MS) ? context : NULL;
}

Test(pause, a_waiting_thread_is_woken_by_another)
{
	struct pause pause;
	pthread_t thread;
	void *went_on;
	pause_init(&pause);
	cr_assert(pthread_create(&thread, NULL, wait_once, &pause) == 0);
	pause_wake(&pause);
	pthread_join(thread, &went_on);
	cr_assert(went_on == &pause);
	pause_done(&pause);
}

Test(pause, there_is_none_any_more_once_it_is_time_to_stop)
{
	struct pause pause;
	pause_init(&pause);
	pause_stop(&pause);
	cr_assert(!pause_wait(&pause, LONG_MS) && !pause_wait(&pause, LONG_MS) && pause_is_stopping(&pause));
	pause_wake(&pause);
	cr_assert(!pause_wait(&pause, LONG_MS), "a waking does not undo it");
	pause_done(&pause);
}
