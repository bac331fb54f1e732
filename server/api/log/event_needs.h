/* SPDX-License-Identifier: Apache-2.0 */
/* event_needs - hold a posted event to the fields that its action requires. */
#pragma once

#include "base/json_in.h"
#include "policies/actions.h"

/* event_needs_check - note what is missing, or has another form than it must: /purpose, /detail/dataset.
 *
 *   top     the event
 *   detail  its member `detail`; json_in_absent when there is none
 * Cost: some steps for each required field; memory only for what is noted. */
void event_needs_check(
	const struct json_object *top, const struct json_object *detail, const struct action_row *action);
