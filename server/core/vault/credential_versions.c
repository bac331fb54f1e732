/* SPDX-License-Identifier: Apache-2.0 */
/* credential_versions - rows one by one, then the ledger once. */
#include "server/core/vault/credential_versions.h"

#include "store/nouns/exposure.h"

enum { ROW_MEMORY = 128 * 1024 };

static fallible read_row(const struct view *view, const struct credential *credential, uint64_t number,
	struct arena *arena, struct credential_versions_row *row)
{
	struct version version;
	TRY(version_get(view, credential->tenant, credential->id, number, arena, &version));
	*row = (struct credential_versions_row){.number = number,
		.created = version.created,
		.by = version.by,
		.by_person = version.by_person,
		.generated = version.generated,
		.known = version_known(&version, credential_revealable(credential->kind))};
	for (size_t i = 0; i < version.field_count; i++)
		row->fields |= 1u << version.fields[i].field;
	return OK;
}

/* The ledger names the version in which a secret was changed last: later ones that kept it are known to the same people. */
static fallible count_knowing(const struct view *view, const struct credential *credential,
	struct credential_versions_row *rows, size_t count)
{
	struct err err;
	struct exposure seen;
	struct exposure_place at = {0};
	while (exposure_of_client(view, credential->tenant, credential->client, &at, &seen, &err)) {
		if (!ids_equal(seen.credential, credential->id))
			continue;
		for (size_t i = 0; i < count; i++)
			rows[i].known_to += seen.number == rows[i].known;
	}
	return err;
}

fallible credential_versions_read(const struct view *view, const struct credential *credential,
	uint64_t before, size_t max, struct credential_versions_row *rows, size_t *count)
{
	uint64_t newest = before && before <= credential->current ? before - 1 : credential->current;
	size_t found = 0;
	scoped(arena) arena = ARENA(ROW_MEMORY);
	for (uint64_t number = newest; number > 0 && found < max; number--, arena_clear(&arena))
		TRY(read_row(view, credential, number, &arena, &rows[found++]));
	TRY(count_knowing(view, credential, rows, found));
	*count = found;
	return OK;
}
