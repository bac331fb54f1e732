/* SPDX-License-Identifier: Apache-2.0 */
/* roles - the rows of roles.def as a table. */
#include "policies/roles.h"

#include <assert.h>

static const struct role_row ROWS[] = {
#define HAS(capability) CAPABILITY_BIT(capability)
#define ROLE(name, factor, capabilities) {(name), (capabilities), ROLES_FACTOR_##factor},
#include "policies/roles.def"
#undef ROLE
#undef HAS
};

enum { ROW_COUNT = sizeof ROWS / sizeof ROWS[0] };

static const char *const FACTOR_NAMES[] = {[ROLES_FACTOR_EMAIL] = "email", [ROLES_FACTOR_TOTP] = "totp"};

size_t roles_count(void)
{
	return ROW_COUNT;
}

const struct role_row *roles_row(size_t at)
{
	assert(at < ROW_COUNT);
	return &ROWS[at];
}

const struct role_row *roles_find(struct span name)
{
	for (size_t at = 0; at < ROW_COUNT; at++)
		if (span_is(name, ROWS[at].name))
			return &ROWS[at];
	return NULL;
}

const char *roles_factor_name(enum roles_factor factor)
{
	return FACTOR_NAMES[factor];
}

bool roles_factor_find(struct span name, enum roles_factor *factor)
{
	bool totp = span_is(name, FACTOR_NAMES[ROLES_FACTOR_TOTP]);
	if (!totp && !span_is(name, FACTOR_NAMES[ROLES_FACTOR_EMAIL]))
		return false;
	*factor = totp ? ROLES_FACTOR_TOTP : ROLES_FACTOR_EMAIL;
	return true;
}
