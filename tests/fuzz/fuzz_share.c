/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_share - hostile text as a share: what is taken has a place in its set, and prints to a text that means the same;
 * a refusal leaves the share as it was. */
#include "crypto/share.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool claim)
{
	if (!claim)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct share share = {.least = 99}, again;
	char text[SHARE_TEXT + 1];
	struct err err = share_parse(span_of(data, size), &share);
	if (err_failed(err)) {
		expect(err.kind == ERR_INPUT && share.least == 99);
		return 0;
	}
	expect(share.least >= SHAMIR_LEAST && share.least <= share.count && share.count <= SHAMIR_MOST);
	expect(share.point.x >= 1 && share.point.x <= share.count);
	share_print(&share, text);
	expect(text[SHARE_TEXT] == '\0');
	expect(!err_failed(share_parse(span_of(text, SHARE_TEXT), &again)));
	expect(memcmp(&share, &again, sizeof share) == 0);
	return 0;
}
