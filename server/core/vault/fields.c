/* SPDX-License-Identifier: Apache-2.0 */
/* fields - open, and perhaps look again. */
#include "server/core/vault/fields.h"

enum { AGAIN_MEMORY = 1024 * 1024 };

static fallible open_as_read(const struct server *server, const struct version *version, struct id client,
	enum credential_field field, struct secret *plain)
{
	const struct version_field *found = version_field(version, field);
	struct seal_context place = version_place(version, client, field);
	if (!found || found->record.len == 0)
		return FAIL(CORRUPT, "a version lacks a field that it is said to hold");
	return keeper_open_field(
		server->keeper, place, SPAN_BYTES(version->wrapped), found->record, plain);
}

fallible fields_open(const struct server *server, const struct version *version, struct id client,
	enum credential_field field, struct secret *plain)
{
	scoped(arena) arena = ARENA(AGAIN_MEMORY);
	scoped(reading) reading = {0};
	struct version now;
	struct err err = open_as_read(server, version, client, field, plain);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(version_get(&view, version->tenant, version->credential, version->number, &arena, &now));
	return open_as_read(server, &now, client, field, plain);
}
