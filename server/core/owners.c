/* SPDX-License-Identifier: Apache-2.0 */
/* owners - who they are. */
#include "server/core/owners.h"

enum { ONE_PERSON = 64 * 1024 }; /* bytes: more than any record */

bool owners_is(const struct person *person)
{
	for (size_t i = 0; i < person->role_count; i++)
		if (span_is(person->roles[i], "owner"))
			return person->state == PERSON_ACTIVE;
	return false;
}

/* What is read of one person is forgotten with the next one. */
static bool next_is_owner(
	const struct view *view, struct id tenant, struct id *after, bool *is_owner, struct err *err)
{
	struct person person;
	scoped(arena) arena = ARENA(ONE_PERSON);
	if (!person_next(view, tenant, after, &arena, &person, err))
		return false;
	*is_owner = owners_is(&person);
	return true;
}

bool owners_next(const struct view *view, struct id tenant, struct id *at, struct err *err)
{
	return owners_next_or(view, tenant, 0, at, err);
}

static fallible is_meant(
	const struct view *view, const struct person *person, uint64_t capabilities, bool *meant)
{
	uint64_t held = 0;
	*meant = owners_is(person);
	if (*meant || capabilities == 0 || person->state != PERSON_ACTIVE || person->kind == PERSON_OF_CLIENT)
		return OK;
	TRY(person_capabilities(view, person, &held));
	*meant = (held & capabilities) != 0;
	return OK;
}

static bool next_is_meant(const struct view *view, struct id tenant, uint64_t capabilities, struct id *at,
	bool *meant, struct err *err)
{
	struct person person;
	scoped(arena) arena = ARENA(ONE_PERSON);
	if (!person_next_clear(view, tenant, at, &arena, &person, err))
		return false;
	*err = is_meant(view, &person, capabilities, meant);
	return !err_failed(*err);
}

bool owners_next_or(
	const struct view *view, struct id tenant, uint64_t capabilities, struct id *at, struct err *err)
{
	bool meant = false;
	while (!meant && next_is_meant(view, tenant, capabilities, at, &meant, err))
		;
	return meant && !err_failed(*err);
}

fallible owners_find_other(const struct view *view, struct id tenant, struct id except, struct id *other)
{
	struct id at = {0};
	struct err err = OK;
	bool is_owner;
	*other = (struct id){0};
	while (ids_is_none(*other) && next_is_owner(view, tenant, &at, &is_owner, &err))
		if (is_owner && !ids_equal(at, except))
			*other = at;
	return err;
}

fallible owners_check(struct act *act, struct id tenant, struct id other)
{
	struct person person;
	struct view view = view_act(act);
	scoped(arena) arena = ARENA(ONE_PERSON);
	TRY(person_get(&view, tenant, other, &arena, &person));
	return owners_is(&person) ? OK : FAIL_CODE(STALE, "the other owner is none any more");
}
