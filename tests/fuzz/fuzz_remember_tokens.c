/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_remember_tokens - hostile text as the token of a remembered device: what is taken has one length and one prefix, and
 * what is not leaves nothing behind. */
#include "server/core/login/remember_tokens.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool claim)
{
	if (!claim)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct remember_token NOTHING;
	struct remember_token token = {.series = {0}};
	struct err err = remember_tokens_parse(span_of(data, size), &token);
	if (err_failed(err)) {
		expect(err.kind == ERR_INPUT && memcmp(&token, &NOTHING, sizeof token) == 0);
		return 0;
	}
	expect(size == REMEMBER_TOKENS_TEXT && memcmp(data, "mun_rem_", 8) == 0);
	return 0;
}
