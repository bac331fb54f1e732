/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the headers of a browser: printable ASCII of bounded length comes out. */
#include "server/http/hints.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
	assert(strlen(text) <= HINTS_TEXT_MAX);
	for (const char *c = text; *c; c++)
		assert(*c >= ' ' && *c <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hints hints;
	struct span rest = span_of(data, size), parts[5] = {0};
	for (size_t i = 0; i < 5 && span_cut(&rest, '\n', &parts[i]); i++)
		;
	const struct hints_ask ask = {parts[0], parts[1], parts[2], parts[3], parts[4]};
	hints_read(&ask, &hints);
	check_text(hints.name);
	check_text(hints.platform);
	check_text(hints.model);
	return 0;
}
