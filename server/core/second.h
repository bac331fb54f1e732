/* SPDX-License-Identifier: Apache-2.0 */
/* second - what needs two people: each is proven, and none is there twice (FOUNDATIONS 1, 24). */
#pragma once

#include "server/core/scene.h"

/* second_check_person - the caller is a person who proved who they are; an application as itself is none.
 * Fails: PERSON_UNPROVEN. */
fallible second_check_person(const struct caller *caller);

/* second_check_other - besides, none of these; ids of nobody are skipped. Nor somebody with the address of one of them: two
 * records of one mailbox are one person, whatever roles each of them has. Fails: PERSON_UNPROVEN · DENIED.
 * Cost: a row of each. */
fallible second_check_other(const struct scene *scene, const struct id *others, size_t count);
