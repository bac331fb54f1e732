/* SPDX-License-Identifier: Apache-2.0 */
/* import_csv - the tables that LastPass, 1Password, Chrome (Edge, Brave), KeePassXC and Bitwarden write. Columns are found
 * by their names, in any order. Source: docs/moving-in.md. */
#pragma once

#include "server/core/vault/import_list.h"

enum import_csv_format {
	IMPORT_CSV_LASTPASS,
	IMPORT_CSV_1PASSWORD,
	IMPORT_CSV_CHROME,
	IMPORT_CSV_KEEPASSXC,
	IMPORT_CSV_COUNT
};

/* import_csv_read - every row into the list.
 * Fails: INVALID it is no table (list->line says where), or lacks a column that the format always has; what has no place is refused row by row ·
 *        as import_list_take. */
fallible import_csv_read(enum import_csv_format format, struct span text, struct import_list *list);
