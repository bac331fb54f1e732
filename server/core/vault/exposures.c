/* SPDX-License-Identifier: Apache-2.0 */
/* exposures - the live grants once, then the ledger line by line. */
#include "server/core/vault/exposures.h"

#include "store/nouns/credential.h"
#include "store/nouns/grant.h"
#include "store/nouns/person.h"
#include "store/nouns/rotation.h"

enum { ROW_MEMORY = 64 * 1024 };

struct exposures_live {
	struct id person, credential;
	const struct exposures_live *next;
};

/* ---- who may go on ---- */

/* A grant that is suspended comes back: who stays away for a week is no leaver. */
static bool is_open(const struct grant *grant, struct instant now)
{
	enum grant_shown shown = grant_shown(grant, now);
	return shown == GRANT_SHOWN_ACTIVE || shown == GRANT_SHOWN_SUSPENDED;
}

/* Who has left uses nothing, whatever rows of grants still say. */
static fallible is_there(const struct view *view, const struct grant *grant, struct arena *row, bool *there)
{
	struct person person;
	struct err err = person_get_clear(view, grant->tenant, grant->person, row, &person);
	if (err.kind == ERR_NOT_FOUND) {
		*there = false;
		return OK;
	}
	TRY(err);
	*there = person.state == PERSON_ACTIVE || person.state == PERSON_SUSPENDED;
	return OK;
}

static fallible add_live(const struct grant *grant, struct arena *arena, const struct exposures_live **live)
{
	struct exposures_live *made = arena_alloc(arena, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for the grants of a ledger");
	*made = (struct exposures_live){grant->person, grant->credential, *live};
	*live = made;
	return OK;
}

static fallible read_live(struct exposures *exposures, struct arena *arena)
{
	const struct exposures_ask *ask = &exposures->ask;
	struct id after = {0};
	struct grant grant;
	struct err err = OK;
	bool there;
	scoped(arena) row = ARENA(ROW_MEMORY);
	for (; grant_next(exposures->view, ask->tenant, exposures->of, &after, &row, &grant, &err);
		arena_clear(&row)) {
		if (!is_open(&grant, ask->now))
			continue;
		TRY(is_there(exposures->view, &grant, &row, &there));
		if (there)
			TRY(add_live(&grant, arena, &exposures->live));
	}
	return err;
}

static bool has_live(const struct exposures *exposures, const struct exposure *seen)
{
	for (const struct exposures_live *at = exposures->live; at; at = at->next)
		if (ids_equal(at->person, seen->person) && ids_equal(at->credential, seen->credential))
			return true;
	return false;
}

/* ---- line by line ---- */

static exposure_walk_fn walk_of(const struct exposures_ask *ask)
{
	if (!ids_is_none(ask->person))
		return exposure_of_person;
	return ids_is_none(ask->client) ? exposure_of_tenant : exposure_of_client;
}

fallible exposures_open(const struct view *view, const struct exposures_ask *ask, struct arena *arena,
	struct exposures *exposures)
{
	*exposures = (struct exposures){.view = view, .ask = *ask, .walk = walk_of(ask)};
	exposures->of = ids_is_none(ask->person) ? ask->client : ask->person;
	return ask->as_if_gone ? OK : read_live(exposures, arena);
}

static bool is_asked(const struct exposures_ask *ask, const struct exposure *seen)
{
	return (ids_is_none(ask->client) || ids_equal(ask->client, seen->client)) &&
		(ids_is_none(ask->credential) || ids_equal(ask->credential, seen->credential));
}

/* Whether what was seen is still in use: an archived credential is not. */
static fallible read_credential(const struct exposures *exposures, struct exposures_item *item)
{
	struct credential credential;
	scoped(arena) row = ARENA(ROW_MEMORY);
	TRY(credential_get(exposures->view, exposures->ask.tenant, item->seen.credential, &row, &credential));
	item->known = credential.known;
	item->is_current = credential.known == item->seen.number && credential.state == CREDENTIAL_ACTIVE;
	return OK;
}

static fallible judge(const struct exposures *exposures, struct exposures_item *item)
{
	const struct exposure *seen = &item->seen;
	struct rotation noted = {.tenant = seen->tenant,
		.person = seen->person,
		.credential = seen->credential,
		.number = seen->number};
	TRY(read_credential(exposures, item));
	TRY(rotation_get_note(exposures->view, &noted));
	item->has_live_grant = has_live(exposures, seen);
	item->due = noted.due;
	const struct rotation_facts facts = {seen->class, item->is_current, item->has_live_grant, noted.note};
	item->state = rotation_rules_state(&facts);
	return OK;
}

bool exposures_next(struct exposures *exposures, struct exposures_item *item, struct err *err)
{
	*item = (struct exposures_item){.next = NULL};
	while (exposures->walk(
		exposures->view, exposures->ask.tenant, exposures->of, &exposures->at, &item->seen, err)) {
		if (!is_asked(&exposures->ask, &item->seen))
			continue;
		*err = judge(exposures, item);
		return !err_failed(*err);
	}
	return false;
}

/* ---- what is due ---- */

fallible exposures_due(const struct view *view, const struct exposures_ask *ask, struct arena *arena,
	struct exposures_list *list)
{
	struct exposures exposures;
	struct exposures_item item;
	struct exposures_list found = {.count = 0};
	struct exposures_item **end = &found.first;
	struct err err = OK;
	TRY(exposures_open(view, ask, arena, &exposures));
	while (exposures_next(&exposures, &item, &err)) {
		if (item.state != ROTATION_OWED && item.state != ROTATION_PLANNED)
			continue;
		*end = arena_alloc(arena, sizeof **end);
		if (!*end)
			return FAIL(NO_MEMORY, "there is no memory for a list of what is due");
		**end = item;
		end = &(*end)->next;
		found.count++;
	}
	TRY(err);
	*list = found;
	return OK;
}
