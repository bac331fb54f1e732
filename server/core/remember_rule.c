/* SPDX-License-Identifier: Apache-2.0 */
/* remember_rule - the roles of a person, weighed. */
#include "server/core/remember_rule.h"

#include "policies/capabilities.h"

#define HAS(name) CAPABILITY_BIT(name)

/* What is worth a code at every login. */
static const uint64_t RULING = HAS(LOG_READ_TENANT) | HAS(LOG_READ_ADMIN) | HAS(PEOPLE_WRITE) |
	HAS(ROLES_WRITE) | HAS(APPLICATIONS_WRITE) | HAS(FACTORS_MANAGE) | HAS(HANDOVER_APPROVE) |
	HAS(PRIVACY_APPROVE) | HAS(BREAKGLASS_CONFIRM);

static bool is_privileged(const struct role *role)
{
	return role->least_factor != ROLES_FACTOR_EMAIL || (role->capabilities & RULING);
}

fallible remember_rule_days(const struct view *view, const struct person *person, unsigned *days)
{
	bool may = person->state == PERSON_ACTIVE;
	for (size_t i = 0; i < person->role_count && may; i++) {
		struct role role = {0};
		struct err err = role_get(view, person->tenant, person->roles[i], &role);
		if (err.kind != ERR_NOT_FOUND)
			TRY(err);
		may = err.kind != ERR_NOT_FOUND && !is_privileged(&role);
	}
	*days = may ? REMEMBERED_DAYS_MAX : 0;
	return OK;
}

fallible remember_rule_find(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, unsigned *days)
{
	struct person person;
	struct err err = person_get_clear(view, tenant, id, arena, &person);
	*days = 0;
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return remember_rule_days(view, &person, days);
}
