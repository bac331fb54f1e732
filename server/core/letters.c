/* SPDX-License-Identifier: Apache-2.0 */
/* letters - who is meant, and what tell does for one of them. */
#include "server/core/letters.h"

#include "server/core/owners.h"
#include "server/core/server.h"
#include "store/nouns/client.h"
#include "store/nouns/person.h"
#include "store/nouns/wish.h"

enum { ONE_PERSON = 64 * 1024 };

/* Of uses alone a contact may ask to be told together, or not at all. */
static fallible is_wanted(const struct letters_desk *desk, const struct tell_ask *ask, bool *wanted)
{
	enum wish_way way = WISH_EACH;
	if (ask->kind == NOTICE_CREDENTIAL_USED)
		TRY(wish_way(desk->view, desk->tenant, ask->person, WISH_USES, &way));
	*wanted = way == WISH_EACH;
	return OK;
}

/* Most acts write none, so there is room only for those that do. */
static fallible make_room(struct arena *arena, struct letters *letters)
{
	if (letters->count > 0)
		return OK;
	letters->items = arena_room(arena, LETTERS_MAX * sizeof letters->items[0]);
	return letters->items ? OK : FAIL(NO_MEMORY, "a call has no memory for its letters");
}

fallible letters_add(const struct letters_desk *desk, const struct tell_ask *ask, struct letters *letters)
{
	bool wanted;
	TRY(is_wanted(desk, ask, &wanted));
	if (!wanted || letters->count == LETTERS_MAX)
		return OK;
	TRY(make_room(desk->arena, letters));
	TRY(tell_prepare(
		desk->server->keeper, desk->tenant, ask, desk->arena, &letters->items[letters->count]));
	letters->count++;
	return OK;
}

fallible letters_add_contacts(const struct letters_desk *desk, const struct tell_ask *ask,
	const struct client *client, struct id except, struct letters *letters)
{
	struct tell_ask to = *ask;
	for (size_t i = 0; i < client->contact_count; i++) {
		to.person = client->contacts[i];
		if (!ids_equal(to.person, except))
			TRY(letters_add(desk, &to, letters));
	}
	return OK;
}

fallible letters_add_owners(const struct letters_desk *desk, const struct tell_ask *ask, struct id except,
	struct letters *letters)
{
	return letters_add_or(desk, ask, 0, except, letters);
}

fallible letters_add_or(const struct letters_desk *desk, const struct tell_ask *ask, uint64_t capabilities,
	struct id except, struct letters *letters)
{
	struct tell_ask to = *ask;
	struct err err = OK;
	to.person = (struct id){0};
	while (letters->count < LETTERS_MAX &&
		owners_next_or(desk->view, desk->tenant, capabilities, &to.person, &err))
		if (!ids_equal(to.person, except))
			TRY(letters_add(desk, &to, letters));
	return err;
}

static bool has_one(const struct letters *letters, struct id person)
{
	for (size_t i = 0; i < letters->count; i++)
		if (ids_equal(letters->items[i].person, person))
			return true;
	return false;
}

fallible letters_add_once(
	const struct letters_desk *desk, const struct tell_ask *ask, struct letters *letters)
{
	struct person person;
	scoped(arena) row = ARENA(ONE_PERSON);
	if (ids_is_none(ask->person) || has_one(letters, ask->person))
		return OK;
	TRY(person_get_clear(desk->view, desk->tenant, ask->person, &row, &person));
	return person.state == PERSON_ACTIVE ? letters_add(desk, ask, letters) : OK;
}

fallible letters_write(struct act *act, const struct letters *letters)
{
	for (size_t i = 0; i < letters->count; i++)
		TRY(notice_add(act, &letters->items[i]));
	return OK;
}
