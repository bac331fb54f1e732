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

static fallible has_privileges(const struct view *view, const struct person *person, bool *has)
{
	*has = false;
	for (size_t i = 0; i < person->role_count && !*has; i++) {
		struct role role = {0};
		struct err err = role_get(view, person->tenant, person->roles[i], &role);
		if (err.kind != ERR_NOT_FOUND)
			TRY(err);
		*has = err.kind == ERR_NOT_FOUND || is_privileged(&role);
	}
	return OK;
}

static fallible read_signin(const struct remember_rule_ask *ask, const struct person *person,
	struct arena *arena, struct signin *signin)
{
	const struct signins_ask signins = {.tenant = ask->tenant, .person = person, .now = ask->now};
	if (!ask->signin)
		return signins_read(ask->server, ask->view, &signins, arena, signin);
	*signin = *ask->signin;
	return OK;
}

fallible remember_rule_days(const struct remember_rule_ask *ask, struct arena *arena, unsigned *days)
{
	struct person person;
	struct signin signin;
	bool privileged;
	struct err err = person_get_clear(ask->view, ask->tenant, ask->person, arena, &person);
	*days = 0;
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	TRY(has_privileges(ask->view, &person, &privileged));
	TRY(read_signin(ask, &person, arena, &signin));
	if (person.state == PERSON_ACTIVE && !privileged && signin_remembers(&signin, 0))
		*days = signin.remember_days;
	return OK;
}
