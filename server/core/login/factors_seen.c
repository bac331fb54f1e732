/* SPDX-License-Identifier: Apache-2.0 */
/* factors_seen - one's own, and of those who manage factors all. */
#include "server/core/login/factors_seen.h"

#include "store/nouns/person.h"

fallible factors_check_reader(const struct caller *caller, struct id person)
{
	bool self = ids_is_none(caller->person) || ids_equal(caller->person, person);
	if (self || (caller->capabilities & CAPABILITY_BIT(FACTORS_MANAGE)))
		return OK;
	return FAIL(DENIED, "the person may not see or change the factors of others");
}

fallible factors_find_person(
	const struct view *view, const struct caller *caller, struct span id_or_ref, struct id *person)
{
	struct id found = {0};
	struct err err = person_find(view, caller->tenant, id_or_ref, &found);
	/* Nobody is nobody's own self: then only who manages factors is told that there is nobody. */
	if (err_failed(err) && err.kind != ERR_NOT_FOUND)
		return err;
	TRY(factors_check_reader(caller, found));
	TRY(err);
	*person = found;
	return OK;
}
