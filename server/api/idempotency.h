/* SPDX-License-Identifier: Apache-2.0 */
/* idempotency - the answer that a POST with an Idempotency-Key gets again for 24 hours, without what was
 * shown once.
 *
 * The row is written by the act itself, so an answer and its repetition can't come apart. Source: FOUNDATIONS
 * 22. */
#pragma once

#include "server/api/call.h"
#include "store/nouns/swept.h"

enum { IDEMPOTENCY_KEY_MAX = 64 };

/* idempotency_begin - read the header; nothing happens without one. When the same request was answered
 * before, *replayed is true and the reply is filled.
 * Fails: INVALID a malformed key · IDEMPOTENCY_MISMATCH the key was used with another request. */
fallible idempotency_begin(struct call *call, bool *replayed);

/* idempotency_check - first thing in the act: STALE when another request with the key was quicker (then begin
 * again). */
fallible idempotency_check(struct act *act, struct call *call);

/* idempotency_keep - last thing in the act: store the answer without its secrets. */
fallible idempotency_keep(struct act *act, struct call *call, struct span answer);

/* idempotency_sweep - housekeeping: drop the rows of days that are over, at most max. */
fallible idempotency_sweep(struct act *act, size_t max, struct swept *swept);
