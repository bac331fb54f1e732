/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_recovery_codes - hostile text as a recovery code: what is taken is sixteen characters of the alphabet, and means
 * the same when it is typed plainly. */
#include "server/core/login/recovery_codes.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool claim)
{
	if (!claim)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char ALPHABET[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	char code[RECOVERY_CODES_PLAIN] = {0}, again[RECOVERY_CODES_PLAIN];
	struct err err = recovery_codes_parse(span_of(data, size), code);
	if (err_failed(err)) {
		expect(err.kind == ERR_INVALID && code[0] == 0);
		return 0;
	}
	expect(size >= RECOVERY_CODES_PLAIN);
	for (size_t i = 0; i < sizeof code; i++)
		expect(code[i] && strchr(ALPHABET, code[i]));
	expect(!err_failed(recovery_codes_parse(span_of(code, sizeof code), again)));
	expect(memcmp(code, again, sizeof code) == 0);
	return 0;
}
