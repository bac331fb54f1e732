/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_csv_in - hostile bytes as a table: every row has a field, lines only rise, and it comes to an end. */
#include "base/csv_in.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t line = 0;
	struct csv_in_row row;
	scoped(arena) arena = ARENA(16 * 1024 * 1024);
	struct csv_in csv = csv_in_open(span_of(data, size));
	while (csv_in_next(&csv, &arena, &row)) {
		if (row.count == 0 || row.count > CSV_IN_FIELDS_MAX || csv.line < line)
			abort();
		line = csv.line;
	}
	return 0;
}
