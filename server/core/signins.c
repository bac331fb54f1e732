/* SPDX-License-Identifier: Apache-2.0 */
/* signins - read the rows, fold them. */
#include "server/core/signins.h"

#include "base/json_out.h"
#include "server/core/clocks.h"
#include "server/core/places.h"

_Static_assert((int)PLACES_COUNTRY == (int)COUNTRIES_CODE, "both are the two letters of ISO 3166-1");

/* A role that is gone asks for nothing. */
static fallible least_of(
	const struct view *view, struct id tenant, struct span name, enum roles_factor *least)
{
	struct role role = {.least_factor = ROLES_FACTOR_EMAIL};
	struct err err = role_get(view, tenant, name, &role);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	*least = role.least_factor;
	return OK;
}

/* Where the person is matters only to a policy that names countries.
 *
 *   server  NULL: nowhere in particular */
static void add_policy(const struct server *server, const struct signins_ask *ask,
	const struct policy *policy, enum roles_factor least, struct signin *signin)
{
	struct signin_facts facts = {
		.is_action = ask->is_action, .action_type = ask->action_type, .now = ask->now};
	if (server && policy->rules.countries.count)
		places_find(server->places, ask->ip, facts.country);
	signin_add(signin, &policy->rules, least, &facts);
}

/* A member of staff signs in once they know how they are watched (R-P1). */
static bool lacks_notice(const struct person *person, const struct signin *signin)
{
	return person && person->kind == PERSON_STAFF && person->notice < signin->notice;
}

static fallible fold(const struct server *server, const struct view *view, const struct signins_ask *ask,
	struct arena *arena, struct signin *signin)
{
	struct policy policy;
	const struct person *person = ask->person;
	*signin = signin_start();
	TRY(policy_get(view, ask->tenant, SPAN_LIT(SIGNIN_EVERYONE), arena, &policy));
	add_policy(server, ask, &policy, ROLES_FACTOR_EMAIL, signin);
	for (size_t i = 0; person && i < person->role_count; i++) {
		enum roles_factor least;
		TRY(least_of(view, ask->tenant, person->roles[i], &least));
		TRY(policy_get(view, ask->tenant, person->roles[i], arena, &policy));
		add_policy(server, ask, &policy, least, signin);
	}
	signin_finish(signin);
	if (signin->refused == REASON_NONE && lacks_notice(person, signin))
		signin->refused = REASON_NOTICE_MISSING;
	return OK;
}

fallible signins_read(const struct server *server, const struct view *view, const struct signins_ask *ask,
	struct arena *arena, struct signin *signin)
{
	struct signin read;
	TRY(fold(server, view, ask, arena, &read));
	read.no_codes = read.strict_clock && clocks_in_doubt(server);
	*signin = read;
	return OK;
}

fallible signins_standing(
	const struct view *view, const struct signins_ask *ask, struct arena *arena, struct signin *signin)
{
	struct signin read;
	TRY(fold(NULL, view, ask, arena, &read));
	read.step_up = false;
	read.flags = 0;
	*signin = read;
	return OK;
}

void signins_put_flags(struct json_out *out, unsigned flags)
{
	if (flags == 0)
		return;
	json_out_open_array(out, "flags");
	if (flags & SIGNIN_OUTSIDE_HOURS)
		json_out_text(out, NULL, "outside_hours");
	if (flags & SIGNIN_OTHER_COUNTRY)
		json_out_text(out, NULL, "other_country");
	json_out_close_array(out);
}
