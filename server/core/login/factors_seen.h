/* SPDX-License-Identifier: Apache-2.0 */
/* factors_seen - whose factors a caller may see and change. */
#pragma once

#include "server/core/caller.h"

/* factors_check_reader - who may see a person's factors: the application, the person, those who manage
 * factors. Fails: DENIED. */
fallible factors_check_reader(const struct caller *caller, struct id person);

/* factors_find_person - whose factors somebody asks for. Fails: NOT_FOUND · DENIED, also when there is
 * nobody, to those who may only see their own. */
fallible factors_find_person(
	const struct view *view, const struct caller *caller, struct span id_or_ref, struct id *person);
