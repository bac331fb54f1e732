/* SPDX-License-Identifier: Apache-2.0 */
/* vectors - read a file of test data. */
#include "tests/support/vectors.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

enum { HEX_MAX = 64 * 1024 };

static _Noreturn void fail(const char *why, const char *name)
{
	fprintf(stderr, "%s: %s\n", name, why);
	abort();
}

void vectors_read(const char *name, struct buf *content)
{
	const char *root = getenv("MUNIMENT_TESTS");
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", root ? root : "tests", name);
	FILE *file = fopen(path, "rb");
	if (!file)
		fail("no test data there", path);
	uint8_t chunk[8192];
	size_t n;
	while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
		buf_put(content, span_of(chunk, n));
	fclose(file);
	buf_put_u8(content, 0);
	content->len--;
}

void vectors_read_hex(const char *name, struct buf *bytes)
{
	scoped(buf) text = BUF(HEX_MAX);
	vectors_read(name, &text);
	struct span digits = span_first(buf_span(&text), strcspn((const char *)text.data, "\n"));
	uint8_t *room = buf_room(bytes, digits.len / 2);
	if (!room || err_failed(text_parse_hex(digits, room, digits.len / 2)))
		fail("no hex digits, or too many", name);
}
