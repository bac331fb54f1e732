/* SPDX-License-Identifier: Apache-2.0 */
/* roles - the bundles of capabilities that a tenant begins with. A tenant's own roles are state, not here. */
#pragma once

#include "policies/capabilities.h"

enum { ROLES_NAME_MAX = 64 }; /* bytes of a role's name, also of a tenant's own */

/* The least factor that a person of the role signs in with, weak to strong. */
enum roles_factor { ROLES_FACTOR_EMAIL, ROLES_FACTOR_TOTP };

struct role_row {
	const char *name;
	uint64_t capabilities;
	enum roles_factor least_factor;
};

/* roles_count - how many there are. roles_row - the row at a position below it. */
size_t roles_count(void);
const struct role_row *roles_row(size_t at);

/* roles_find - the row of a name, or NULL. */
const struct role_row *roles_find(struct span name);

/* roles_factor_name - "email" or "totp". roles_factor_find - false when it is neither. */
const char *roles_factor_name(enum roles_factor factor);
bool roles_factor_find(struct span name, enum roles_factor *factor);
