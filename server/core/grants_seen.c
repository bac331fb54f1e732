/* SPDX-License-Identifier: Apache-2.0 */
/* grants_seen - by what the caller may, and by whom a grant is of. */
#include "server/core/grants_seen.h"

fallible grants_sight(
	const struct view *view, const struct caller *caller, struct arena *arena, struct sight *sight)
{
	return sight_of(
		view, caller, CAPABILITY_BIT(GRANT_GIVE) | CAPABILITY_BIT(GRANT_APPROVE), arena, sight);
}

fallible grants_find(const struct view *view, const struct caller *caller, struct span text,
	struct arena *arena, struct grant *grant)
{
	struct id id;
	struct sight sight;
	struct grant found;
	TRY(ids_parse(ID_GRANT, text, &id));
	TRY(grant_get(view, caller->tenant, id, arena, &found));
	TRY(grants_sight(view, caller, arena, &sight));
	if (!sight_has(&sight, found.client, found.person))
		return FAIL(NOT_FOUND, "the grant is outside what the caller sees");
	*grant = found;
	return OK;
}
