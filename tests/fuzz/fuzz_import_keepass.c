/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_import_keepass - hostile bytes as the XML of KeePass. */
#include "base/text.h"
#include "server/api/vault/import_keepass.h"
#include "tests/fuzz/import_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	scoped(arena) arena = ARENA(IMPORT_CHECKS_MEMORY);
	struct import_list list = {.arena = &arena};
	if (!text_is_utf8(span_of(data, size)))
		return 0;
	IGNORE(import_keepass_read(span_of(data, size), &list));
	import_checks_list(&list);
	return 0;
}
