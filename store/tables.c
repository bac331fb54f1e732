/* SPDX-License-Identifier: Apache-2.0 */
/* tables - tables.def as arrays. */
#include "store/tables.h"

static const char *const NAMES[TABLE_COUNT] = {
#define TABLE(name, text, protection) [TABLE_##name] = text,
#include "store/tables.def"
#undef TABLE
};

enum { PLAIN, PROTECTED };

static const bool PROTECTIONS[TABLE_COUNT] = {
#define TABLE(name, text, protection) [TABLE_##name] = (protection) == PROTECTED,
#include "store/tables.def"
#undef TABLE
};

const char *const *tables_names(void)
{
	return NAMES;
}

bool tables_is_protected(enum table table)
{
	return PROTECTIONS[table];
}
