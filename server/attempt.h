/* SPDX-License-Identifier: Apache-2.0 */
/* attempt - opening the store over the local socket, step by step: shares of several holders come in one by one, each
 * wrong one slows the next try down, and what is not finished in time is forgotten. */
#pragma once

#include "crypto/secret.h"
#include "server/bundle.h"

enum {
	ATTEMPT_MS = 15 * 60 * 1000,     /* from the first share on */
	ATTEMPT_FIRST_WAIT_MS = 1000,    /* after a wrong try; each one more doubles it */
	ATTEMPT_LONGEST_WAIT_MS = 60000, /* ... up to this */
	ATTEMPT_HELPERS_MAX = SHAMIR_MOST,
};

/* Times are of clock_monotonic_ms. Thread: one. */
struct attempt {
	struct secret cell;                    /* a struct bundle, in locked memory */
	int64_t until_ms;                      /* then the shares are forgotten; 0 = there are none */
	int64_t free_ms;                       /* no try before */
	uint32_t wrong;                        /* tries, since the store was sealed */
	unsigned helpers[ATTEMPT_HELPERS_MAX]; /* users who brought what is right, each once */
	size_t helper_count;
};

/* attempt_init - nothing was brought yet. Fails: NO_MEMORY. Owns: attempt_done, which takes a zeroed one. */
fallible attempt_init(struct secret_arena *arena, struct attempt *attempt);
void attempt_done(struct attempt *attempt);

/* attempt_wait_ms - how long until something may be tried; 0 = now. */
int64_t attempt_wait_ms(const struct attempt *attempt, int64_t now_ms);

/* attempt_add - a share as it was typed by a user. Fails: as bundle_add; a FORGED one counts as a wrong try. */
fallible attempt_add(
	struct attempt *attempt, struct keyring *keyring, struct span typed, unsigned user, int64_t now_ms);

/* attempt_bundle - the shares that are there now; those that came too long ago are forgotten. */
const struct bundle *attempt_bundle(struct attempt *attempt, int64_t now_ms);

/* attempt_help - a user brought something that is right. attempt_note_wrong - a try that opened nothing. */
void attempt_help(struct attempt *attempt, unsigned user);
void attempt_note_wrong(struct attempt *attempt, int64_t now_ms);

/* attempt_forget - the shares and who brought them. attempt_reset - the count of wrong tries as well: the store is open. */
void attempt_forget(struct attempt *attempt);
void attempt_reset(struct attempt *attempt);
