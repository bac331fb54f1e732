/* SPDX-License-Identifier: Apache-2.0 */
/* api_people - a person as JSON. */
#pragma once

#include "server/api/call.h"
#include "store/nouns/person.h"

/* api_people_put - the members of a person, into an object that is open. The address is masked unless the caller may
 * see it. */
void api_people_put(const struct call *call, struct json_out *out, const struct person *person);
