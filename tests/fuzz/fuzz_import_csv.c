/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_import_csv - hostile bytes as the table of another password manager; the first byte says which one's. */
#include "base/text.h"
#include "server/api/vault/import_csv.h"
#include "tests/fuzz/import_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	scoped(arena) arena = ARENA(IMPORT_CHECKS_MEMORY);
	struct import_list list = {.arena = &arena};
	if (size == 0 || !text_is_utf8(span_of(data + 1, size - 1)))
		return 0;
	IGNORE(import_csv_read(
		(enum import_csv_format)(data[0] % IMPORT_CSV_COUNT), span_of(data + 1, size - 1), &list));
	import_checks_list(&list);
	return 0;
}
