/* SPDX-License-Identifier: Apache-2.0 */
/* courier - the thread that takes what is due from the outbox, renders it, sends it, and writes what became
 * of it.
 *
 * A mail is sent at least once: after a crash between sending and writing it goes again, with the same
 * Message-ID. What can't be delivered ends as an event: challenge.delivery_failed for a code,
 * notification.failed for anything else. Mails exist only in this thread's memory. */
#pragma once

#include "server/deliver/letter.h"
#include "server/env/journal.h"
#include "server/keeper/keeper.h"
#include "store/committer.h"

enum {
	COURIER_POLL_MS = 1000,
	COURIER_FIRST_RETRY_MS = 5000, /* doubles with each try, with jitter */
	COURIER_LAST_RETRY_MS = 3600000,
};

/* All of it outlives the courier. */
struct courier_ask {
	const struct volume *volume;
	struct committer *committer;
	struct keeper *keeper;
	struct journal *journal; /* or NULL */
	struct letter_way way;   /* zeroed: mails are off, every notice ends as refused */
	const char *from;        /* address */
	const char *app;         /* what a mail calls an application without a name */
	int64_t give_up_ms;      /* after the notice was made; a code is given up when it has run out */
};

struct courier_counts {
	uint64_t sent, later, refused, failed;
};

struct courier; /* opaque */

/* courier_open - ready, but not running. Fails: NO_MEMORY. Owns: courier_close: stops it as courier_stop does, and takes
 * NULL. */
fallible courier_open(const struct courier_ask *ask, struct courier **courier);
void courier_close(struct courier *courier);

/* courier_stop - waits for the mail that is under way, at most as long as the way's deadlines; nothing is carried any more, and the
 * way and the committer may go. It may be woken until it is closed. Takes NULL. */
void courier_stop(struct courier *courier);

/* courier_start - the thread. Fails: NO_MEMORY. */
fallible courier_start(struct courier *courier);

/* courier_wake - something was queued and committed. Thread: any; cheap. */
void courier_wake(struct courier *courier);

/* courier_pass - deliver what is due now, on the caller's thread: for tests, while the courier is not
 * started. It ends early when the way itself fails: the next pass tries again.
 * Fails: what a reading of the store fails with. */
fallible courier_pass(struct courier *courier);

void courier_count(struct courier *courier, struct courier_counts *counts);
