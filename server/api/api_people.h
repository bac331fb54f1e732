/* SPDX-License-Identifier: Apache-2.0 */
/* api_people - a person as JSON. */
#pragma once

#include "server/api/call.h"
#include "store/person.h"

/* api_people_put - the whole object. api_people_put_members - its members, into an object that is open. The
 * address is masked unless the caller may see it. */
void api_people_put(
	const struct call *call, struct json_out *out, const char *name, const struct person *person);
void api_people_put_members(const struct call *call, struct json_out *out, const struct person *person);
