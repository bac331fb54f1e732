/* SPDX-License-Identifier: Apache-2.0 */
/* pause - what a background thread waits in between two rounds: it ends early when somebody wakes it, and for
 * good when the thread is to stop. A step of the wall clock does not hold it up. Thread: every function from
 * any thread, between init and done. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct pause {
	pthread_mutex_t lock;
	pthread_cond_t over;
	bool woken;
	bool stopping;
};

void pause_init(struct pause *pause);
void pause_done(struct pause *pause); /* nobody waits any more */

/* pause_wait - so long, or until woken: at once, if that happened since the last wait. False when it is time
 * to stop. */
bool pause_wait(struct pause *pause, int64_t ms);

/* pause_wait_until - the same, to a moment of clock_monotonic_ns. */
bool pause_wait_until(struct pause *pause, int64_t until_ns);

/* pause_is_stopping - whether to break off a round. */
bool pause_is_stopping(struct pause *pause);

/* pause_wake - end this wait, or the next. pause_stop - end this one and all to come. */
void pause_wake(struct pause *pause);
void pause_stop(struct pause *pause);
