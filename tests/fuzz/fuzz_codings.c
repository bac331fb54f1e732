/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as Accept-Encoding: what is chosen was offered, and is named by the list or stands under its star. */
#include "server/http/codings.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span accepted = span_of(data, size);
	for (unsigned offered = 0; offered < 1u << CODING_COUNT; offered++) {
		enum coding chosen = codings_choose(accepted, offered);
		assert(chosen < CODING_COUNT);
		if (chosen == CODING_IDENTITY)
			continue;
		assert(offered >> chosen & 1);
		assert(memchr(data, '*', size) || memchr(data, chosen == CODING_BR ? 'b' : 'g', size) ||
			memchr(data, chosen == CODING_BR ? 'B' : 'G', size));
	}
	return 0;
}
