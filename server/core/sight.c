/* SPDX-License-Identifier: Apache-2.0 */
/* sight - who sees what. */
#include "server/core/sight.h"

#include "store/nouns/grant.h"
#include "store/nouns/person.h"

enum { ONE_GRANT = 64 * 1024 };

fallible sight_of(const struct view *view, const struct caller *caller, uint64_t wide, struct arena *arena,
	struct sight *sight)
{
	struct person person;
	if (ids_is_none(caller->person)) {
		*sight = (struct sight){.all = true};
		return OK;
	}
	TRY(person_get(view, caller->tenant, caller->person, arena, &person));
	bool contact = person.kind == PERSON_OF_CLIENT;
	*sight = (struct sight){
		.all = !contact && (caller->capabilities & wide) != 0, .person = caller->person};
	if (contact)
		sight->client = person.client;
	return OK;
}

static bool serves(const struct sight *sight, struct id client)
{
	for (size_t i = 0; i < sight->served_count; i++)
		if (ids_equal(sight->served[i], client))
			return true;
	return false;
}

fallible sight_serve(
	const struct view *view, const struct caller *caller, struct arena *arena, struct sight *sight)
{
	struct id at = {0};
	struct grant grant;
	struct err err = OK;
	scoped(arena) row = ARENA(ONE_GRANT);
	const struct instant now = volume_now(view->volume);
	struct id *served = arena_alloc(arena, SIGHT_SERVED_MAX * sizeof *served);
	if (!served)
		return FAIL(NO_MEMORY, "there is no memory for whom somebody serves");
	sight->served = served;
	for (; sight->served_count < SIGHT_SERVED_MAX &&
		grant_next(view, caller->tenant, caller->person, &at, &row, &grant, &err);
		arena_clear(&row))
		if (!grant_has_ended(&grant, now) && !serves(sight, grant.client))
			served[sight->served_count++] = grant.client;
	return err;
}

bool sight_has_client(const struct sight *sight, struct id client)
{
	bool own = !ids_is_none(sight->client) && ids_equal(sight->client, client);
	return sight->all || own || serves(sight, client);
}

bool sight_has(const struct sight *sight, struct id client, struct id person)
{
	return sight_has_client(sight, client) || ids_equal(sight->person, person);
}
