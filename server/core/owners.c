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
	bool is_owner = false;
	while (!is_owner && next_is_owner(view, tenant, at, &is_owner, err))
		;
	return is_owner && !err_failed(*err);
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
