/* SPDX-License-Identifier: Apache-2.0 */
/* second - compare who decides with who asked. */
#include "server/core/second.h"

#include "store/nouns/mailbox.h"
#include "store/nouns/person.h"

enum { ONE_PERSON = 64 * 1024 };

fallible second_check_person(const struct caller *caller)
{
	if (ids_is_none(caller->person) || !caller->proven)
		return FAIL_CODE(PERSON_UNPROVEN, "this is done by a person who proved who they are");
	return OK;
}

/* Empty of who is gone, or has none. */
static fallible read_address(
	const struct scene *scene, struct id id, struct arena *arena, struct span *address)
{
	struct person person = {.email = SPAN_NONE};
	struct err err = person_get(scene->view, scene->caller->tenant, id, arena, &person);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	*address = err_failed(err) ? SPAN_NONE : person.email;
	return OK;
}

static fallible check_address(const struct scene *scene, struct span own, struct id other)
{
	struct span address;
	scoped(arena) arena = ARENA(ONE_PERSON);
	TRY(read_address(scene, other, &arena, &address));
	return address.len && mailbox_is_same(own, address)
		? FAIL(DENIED, "this needs another person than one with the same address")
		: OK;
}

fallible second_check_other(const struct scene *scene, const struct id *others, size_t count)
{
	struct span own;
	const struct caller *caller = scene->caller;
	scoped(arena) arena = ARENA(ONE_PERSON);
	TRY(second_check_person(caller));
	TRY(read_address(scene, caller->person, &arena, &own));
	for (size_t i = 0; i < count; i++) {
		if (ids_is_none(others[i]))
			continue;
		if (ids_equal(caller->person, others[i]))
			return FAIL(DENIED, "this needs another person than those who are part of it");
		TRY(check_address(scene, own, others[i]));
	}
	return OK;
}
