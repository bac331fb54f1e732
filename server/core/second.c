/* SPDX-License-Identifier: Apache-2.0 */
/* second - compare who decides with who asked. */
#include "server/core/second.h"

fallible second_check_person(const struct caller *caller)
{
	if (ids_is_none(caller->person) || !caller->proven)
		return FAIL_CODE(PERSON_UNPROVEN, "this is done by a person who proved who they are");
	return OK;
}

fallible second_check_other(const struct caller *caller, const struct id *others, size_t count)
{
	TRY(second_check_person(caller));
	for (size_t i = 0; i < count; i++)
		if (!ids_is_none(others[i]) && ids_equal(caller->person, others[i]))
			return FAIL(DENIED, "this needs another person than those who are part of it");
	return OK;
}
