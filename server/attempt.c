/* SPDX-License-Identifier: Apache-2.0 */
/* attempt - one at a time: who starts another one starts with what is there. */
#include "server/attempt.h"

enum { DOUBLINGS_MAX = 6 }; /* after that the wait is the longest */

static struct bundle *bundle_of(const struct attempt *attempt)
{
	return (struct bundle *)(void *)attempt->cell.bytes;
}

fallible attempt_init(struct secret_arena *arena, struct attempt *attempt)
{
	*attempt = (struct attempt){.until_ms = 0};
	return secret_take(arena, sizeof(struct bundle), &attempt->cell);
}

void attempt_done(struct attempt *attempt)
{
	secret_done(&attempt->cell);
	*attempt = (struct attempt){.until_ms = 0};
}

void attempt_forget(struct attempt *attempt)
{
	bundle_done(bundle_of(attempt));
	attempt->until_ms = 0;
	attempt->helper_count = 0;
}

void attempt_reset(struct attempt *attempt)
{
	attempt_forget(attempt);
	attempt->wrong = 0;
	attempt->free_ms = 0;
}

int64_t attempt_wait_ms(const struct attempt *attempt, int64_t now_ms)
{
	return attempt->free_ms > now_ms ? attempt->free_ms - now_ms : 0;
}

void attempt_help(struct attempt *attempt, unsigned user)
{
	for (size_t i = 0; i < attempt->helper_count; i++)
		if (attempt->helpers[i] == user)
			return;
	if (attempt->helper_count < ATTEMPT_HELPERS_MAX)
		attempt->helpers[attempt->helper_count++] = user;
}

/* Whoever may speak here could guess for ever: a passphrase costs a second by itself, and this makes it a minute. */
void attempt_note_wrong(struct attempt *attempt, int64_t now_ms)
{
	uint32_t doublings = attempt->wrong < DOUBLINGS_MAX ? attempt->wrong : DOUBLINGS_MAX;
	int64_t wait_ms = (int64_t)ATTEMPT_FIRST_WAIT_MS << doublings;
	if (attempt->wrong < UINT32_MAX)
		attempt->wrong++;
	attempt->free_ms = now_ms + (wait_ms < ATTEMPT_LONGEST_WAIT_MS ? wait_ms : ATTEMPT_LONGEST_WAIT_MS);
}

const struct bundle *attempt_bundle(struct attempt *attempt, int64_t now_ms)
{
	if (attempt->until_ms && attempt->until_ms <= now_ms)
		attempt_forget(attempt);
	return bundle_of(attempt);
}

fallible attempt_add(
	struct attempt *attempt, struct keyring *keyring, struct span typed, unsigned user, int64_t now_ms)
{
	bool is_first = attempt_bundle(attempt, now_ms)->count == 0;
	struct err err = bundle_add(bundle_of(attempt), keyring, typed);
	if (err.kind == ERR_FORGED)
		attempt_note_wrong(attempt, now_ms);
	TRY(err);
	if (is_first)
		attempt->until_ms = now_ms + ATTEMPT_MS;
	attempt_help(attempt, user);
	return OK;
}
