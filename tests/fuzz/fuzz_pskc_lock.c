/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_pskc_lock - hostile bytes as an encrypted key container: what opens is one that can be read, and no longer encrypted. */
#include "cli/pskc_lock.h"
#include "tests/fuzz/moving_checks.h"

#include "cli/pskc_in.h"

enum { ROUNDS_HERE = 2000, PLAIN_MAX = 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool claim)
{
	if (!claim)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pskc_lock lock, again;
	scoped(arena) arena = ARENA(8 * 1024 * 1024);
	scoped(buf) plain = BUF(PLAIN_MAX);
	struct span content = span_of(data, size);
	if (err_failed(pskc_lock_find(content, &arena, &lock)) || lock.kind == PSKC_LOCK_NONE)
		return 0;
	struct span secret = lock.kind == PSKC_LOCK_KEY ? SPAN_LIT("12345678901234567890123456789012")
							: SPAN_LIT("qwerty");
	if (lock.rounds > ROUNDS_HERE || err_failed(pskc_lock_open(&lock, content, secret, &plain)))
		return 0;
	expect(!err_failed(pskc_lock_find(buf_span(&plain), &arena, &again)));
	expect(again.kind == PSKC_LOCK_NONE);
	IGNORE(pskc_in_read(buf_span(&plain), (struct instant){INT64_C(1790000000000)},
		&MOVING_CHECKS)); /* whatever else it is: only what was handed on counts */
	return 0;
}
