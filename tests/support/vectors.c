/* SPDX-License-Identifier: Apache-2.0 */
/* vectors - read a file of test data. */
#include "tests/support/vectors.h"

#include <stdio.h>
#include <stdlib.h>

void vectors_read(const char *name, struct buf *content)
{
	const char *root = getenv("MUNIMENT_TESTS");
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", root ? root : "tests", name);
	FILE *file = fopen(path, "rb");
	if (!file) {
		fprintf(stderr, "no test data at %s\n", path);
		abort();
	}
	uint8_t chunk[8192];
	size_t n;
	while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
		buf_put(content, span_of(chunk, n));
	fclose(file);
	buf_put_u8(content, 0);
	content->len--;
}
