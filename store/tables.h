/* SPDX-License-Identifier: Apache-2.0 */
/* tables - the maps of data/ and which of them are protected. */
#pragma once

#include <stdbool.h>

enum table {
#define TABLE(name, text, protection) TABLE_##name,
#include "store/tables.def"
#undef TABLE
	TABLE_COUNT
};

/* tables_names - TABLE_COUNT map names in order, for kv_ask. */
const char *const *tables_names(void);

/* tables_is_protected - whether rows of it carry version, sequence and MAC, and count in the head's sum. */
bool tables_is_protected(enum table table);
