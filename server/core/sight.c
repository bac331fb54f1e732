/* SPDX-License-Identifier: Apache-2.0 */
/* sight - who sees what. */
#include "server/core/sight.h"

#include "store/person.h"

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

bool sight_has_client(const struct sight *sight, struct id client)
{
	return sight->all || (!ids_is_none(sight->client) && ids_equal(sight->client, client));
}

bool sight_has(const struct sight *sight, struct id client, struct id person)
{
	return sight_has_client(sight, client) || ids_equal(sight->person, person);
}
