/* SPDX-License-Identifier: Apache-2.0 */
/* second - what needs two people: each is proven, and none is there twice (FOUNDATIONS 1, 24). */
#pragma once

#include "server/core/caller.h"

/* second_check_person - the caller is a person who proved who they are; an application as itself is none.
 * Fails: PERSON_UNPROVEN. */
fallible second_check_person(const struct caller *caller);

/* second_check_other - besides, none of these; ids of nobody are skipped. Fails: PERSON_UNPROVEN · DENIED. */
fallible second_check_other(const struct caller *caller, const struct id *others, size_t count);
