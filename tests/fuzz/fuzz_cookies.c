/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a header, and any bytes before a cookie of ours: what is found lies in the header, and ours is found unless its
 * name stands there already. */
#include "server/http/cookies.h"

#include "base/buf.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { HEADER_MAX = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span header = span_of(data, size);
	struct span found = cookies_find(header, "a");
	assert(!found.at || (found.at > data && found.at + found.len <= data + size));
	assert(found.len <= COOKIES_VALUE_MAX);
	scoped(buf) longer = BUF(HEADER_MAX);
	buf_put(&longer, header);
	buf_put_text(&longer, "; a=ours");
	if (err_failed(buf_check(&longer)))
		return 0;
	bool stands = size && memmem(data, size, "a=", 2);
	struct span ours = cookies_find(buf_span(&longer), "a");
	assert(stands || span_is(ours, "ours"));
	return 0;
}
