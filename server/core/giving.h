/* SPDX-License-Identifier: Apache-2.0 */
/* giving - nobody gives what he lacks, and what matters is given only by a person who proved who they are
 * (FOUNDATIONS 3). */
#pragma once

#include "server/core/caller.h"

/* giving_check - whether the caller may give these capabilities to somebody who did not have them. An
 * application as itself gives the careful ones that its scopes reach; all with scope admin. Fails:
 * SCOPE_EXCEEDS the caller lacks one · PERSON_UNPROVEN one is careful, and an unproven person acts. */
fallible giving_check(const struct caller *caller, uint64_t capabilities);

/* giving_check_bearer - the same for a person's own token, which has every scope: whoever asks for it holds
 * those by which the person's capabilities are reached. Fails: SCOPE_EXCEEDS. */
fallible giving_check_bearer(const struct caller *caller, uint64_t capabilities);

/* giving_check_scopes - the same for the scopes of an application. Such an application has every capability
 * that its scopes reach: a person who acts must hold these as well. Fails as giving_check. */
fallible giving_check_scopes(const struct caller *caller, uint32_t scopes);
