/* SPDX-License-Identifier: Apache-2.0 */
/* import_checks - what a fuzzer demands of a reader of another password manager's file: each item is within its bounds, or says
 * why it does not come. */
#pragma once

#include "server/core/vault/import_list.h"

#include <stdlib.h>

enum { IMPORT_CHECKS_MEMORY = 64 * 1024 * 1024 };

static inline void import_checks_list(const struct import_list *list)
{
	size_t items = 0;
	for (const struct import_item *item = list->first; item; item = item->next, items++) {
		const struct credential *credential = item->credential;
		bool comes = item->refusal == IMPORT_COMES;
		if (credential->title.len == 0 || credential->tag_count > CREDENTIAL_TAGS_MAX)
			abort();
		if (comes &&
			(credential->title.len > CREDENTIAL_TITLE_MAX ||
				credential->url.len > CREDENTIAL_URL_MAX))
			abort();
		for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++)
			if (comes && item->secret.fields[field].len > CREDENTIAL_FIELD_MAX)
				abort();
	}
	if (items != list->items || list->entries > IMPORT_ENTRIES_MAX + 1)
		abort();
}
