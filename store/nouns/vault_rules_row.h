/* SPDX-License-Identifier: Apache-2.0 */
/* vault_rules_row - the row of what a tenant asks of every grant. Source: docs/formats.md "vault_rules". */
#pragma once

#include "policies/vault_rules.h"
#include "store/nouns/noun.h"

struct vault_rules_row {
	struct id tenant;
	struct vault_rules rules;
	uint64_t version; /* 0: nobody has set any, there is no row */
};

/* vault_rules_row_get - vault_rules_default() where there is no row. Fails: FORGED · CORRUPT · NO_MEMORY.
 *
 *   arena  holds the texts
 * Cost: of a row that is not there, one look-up and no MAC. */
fallible vault_rules_row_get(
	const struct view *view, struct id tenant, struct arena *arena, struct vault_rules_row *row);

/* vault_rules_row_put - inside an act. Fails as act_put. */
fallible vault_rules_row_put(struct act *act, const struct vault_rules_row *row);

/* vault_rules_row_still - inside an act: the rules are those that prepare read, set or not. Fails: STALE. */
fallible vault_rules_row_still(struct act *act, const struct vault_rules_row *row);
