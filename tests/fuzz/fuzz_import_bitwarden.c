/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_import_bitwarden - hostile bytes as the JSON of Bitwarden. */
#include "base/text.h"
#include "server/api/vault/import_bitwarden.h"
#include "tests/fuzz/import_checks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	scoped(arena) arena = ARENA(IMPORT_CHECKS_MEMORY);
	scoped(json_doc) doc = {0};
	struct json_problems problems = {0};
	struct json_object top;
	struct import_list list = {.arena = &arena};
	if (err_failed(json_in_parse(&doc, span_of(data, size), &arena, &problems)) ||
		err_failed(json_in_top(&doc, &top)))
		return 0;
	IGNORE(import_bitwarden_read(&top, &list));
	import_checks_list(&list);
	return 0;
}
