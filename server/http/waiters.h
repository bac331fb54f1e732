/* SPDX-License-Identifier: Apache-2.0 */
/* waiters - requests that wait for a thing to change: suspended, so on no thread, and resumed by whoever changed it, or
 * when their time is over.
 *
 * A waiter is entered before the thing is looked at and parked afterwards: a change in between is not missed. */
#pragma once

#include "base/ids.h"
#include "server/http/http.h"

struct waiters; /* opaque */

/* One of them; zeroed at first, in memory that lives as long as its exchange. */
struct waiter {
	struct id about;
	struct http_exchange *exchange; /* once it is parked */
	int64_t until_ms;               /* of clock_monotonic_ms */
	bool entered;
	bool woken; /* before it was parked */
	struct waiter *before, *after;
};

/* waiters_open - start the thread that ends those whose time is over; it sleeps while nobody's is near.
 * Fails: NO_MEMORY. */
fallible waiters_open(size_t max, struct waiters **waiters);

/* waiters_stop - all are resumed, and nobody can be entered any more. waiters_close - after http_close, when nobody
 * wakes any more. Both take NULL. */
void waiters_stop(struct waiters *waiters);
void waiters_close(struct waiters *waiters);

/* waiters_enter - from now on a change of this thing is not missed. Fails: BUSY there are as many as may be, the server
 * is stopping, or waiters is NULL. */
fallible waiters_enter(struct waiters *waiters, struct id about, struct waiter *waiter);

/* waiters_leave - there is nothing to wait for. One that was not entered is none. */
void waiters_leave(struct waiters *waiters, struct waiter *waiter);

/* waiters_park - suspend the exchange until the thing changes, or so long; at once, if it has changed since waiters_enter.
 * Nothing of the exchange may be touched afterwards: the application's finish is called. */
void waiters_park(
	struct waiters *waiters, struct waiter *waiter, struct http_exchange *exchange, int64_t wait_ms);

/* waiters_wake - a thing has changed.
 * Cost:   one atomic read while nobody waits; else those who wait in one of 256 lists.
 * Thread: any. */
void waiters_wake(void *waiters, struct id about);

/* waiters_count - those that wait now; 0 for NULL. */
size_t waiters_count(const struct waiters *waiters);
