/* SPDX-License-Identifier: Apache-2.0 */
/* embedded - the table and the bytes that web/embed.py writes into the build folder. */
#include "server/embedded.h"

/* Of embedded_bytes.S: every form of every file, one behind the other. */
extern const uint8_t embedded_bytes[] __attribute__((visibility("hidden")));

/* The last row, which no path finds, stands there so that there is one. */
static const struct page ROWS[] = {
#include "server/embedded_rows.inc"
	{.path = NULL},
};

enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] - 1 };

const struct pages *embedded_pages(void)
{
	static const struct pages PAGES = {ROWS, ROW_COUNT};
	return ROW_COUNT > 0 ? &PAGES : NULL;
}
