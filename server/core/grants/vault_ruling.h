/* SPDX-License-Identifier: Apache-2.0 */
/* vault_ruling - a tenant says what it asks of every grant. */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "store/nouns/vault_rules_row.h"

struct vault_ruling {
	/* asked */
	struct vault_rules_row row; /* its rules */
	/* prepared */
	struct vault_rules_row before;
	struct event_draft changed;
	struct letters told; /* the owners */
};

/* vault_ruling_prepare - replace the rules, whole. Fails: PERSON_UNPROVEN a person acts who did not prove who they are.
 * vault_ruling_write - Fails: STALE. */
fallible vault_ruling_prepare(const struct scene *scene, struct vault_ruling *ruling);
fallible vault_ruling_write(struct act *act, struct vault_ruling *ruling);
