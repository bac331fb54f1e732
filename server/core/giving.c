/* SPDX-License-Identifier: Apache-2.0 */
/* giving - compare what is given with what the giver holds. */
#include "server/core/giving.h"

#define HAS(name) CAPABILITY_BIT(name)

/* What an application can do for nobody in particular, by its scopes. */
static const uint64_t REACHED[SCOPE_COUNT] = {
	[SCOPE_VERIFY] = HAS(FACTORS_MANAGE),
	[SCOPE_PEOPLE_READ] = HAS(PEOPLE_READ) | HAS(CLIENTS_READ),
	[SCOPE_PEOPLE_WRITE] = HAS(PEOPLE_WRITE) | HAS(CLIENTS_WRITE) | HAS(PRIVACY_REQUEST),
	[SCOPE_EVENTS_READ] = HAS(LOG_READ_TENANT) | HAS(LOG_READ_ADMIN),
	[SCOPE_EVENTS_EXPORT] = HAS(LOG_READ_TENANT) | HAS(LOG_EXPORT),
	[SCOPE_EVENTS_IMPORT] = HAS(LOG_READ_ADMIN),
	[SCOPE_VAULT_READ] = HAS(CLIENTS_READ),
	[SCOPE_VAULT_USE] = HAS(CREDENTIAL_USE),
	[SCOPE_VAULT_REVEAL] = HAS(CREDENTIAL_REVEAL),
	[SCOPE_VAULT_WRITE] = HAS(CREDENTIAL_DEPOSIT) | HAS(GRANT_GIVE) | HAS(HANDOVER_REQUEST),
	[SCOPE_VAULT_INJECT] = HAS(CREDENTIAL_USE),
	[SCOPE_POLICY_WRITE] = HAS(ROLES_WRITE),
	[SCOPE_ADMIN] = HAS(APPLICATIONS_WRITE),
};

static bool is_unproven_person(const struct caller *caller)
{
	return !ids_is_none(caller->person) && !caller->proven;
}

static uint64_t reached(uint32_t scopes)
{
	uint64_t capabilities = 0;
	for (unsigned at = 0; at < SCOPE_COUNT; at++)
		if (scopes & UINT32_C(1) << at)
			capabilities |= REACHED[at];
	return capabilities_expand(capabilities);
}

/* An application as itself holds what its scopes reach; else one that may only add people would make an
 * owner. */
static bool holds(const struct caller *caller, uint64_t capabilities)
{
	if (!ids_is_none(caller->person) || scopes_allow(caller->scopes, SCOPE_BIT(ADMIN)))
		return capabilities_within(capabilities, caller->capabilities);
	return capabilities_within(capabilities_careful(capabilities), reached(caller->scopes));
}

fallible giving_check(const struct caller *caller, uint64_t capabilities)
{
	uint64_t given = capabilities_expand(capabilities);
	if (!holds(caller, given))
		return FAIL_CODE(SCOPE_EXCEEDS, "the caller gives a capability that he lacks");
	if (capabilities_careful(given) && is_unproven_person(caller))
		return FAIL_CODE(PERSON_UNPROVEN, "who gives this has to prove who they are");
	return OK;
}

/* A personal token reports no events, and so imports none. */
fallible giving_check_bearer(const struct caller *caller, uint64_t capabilities)
{
	for (unsigned at = 0; at < SCOPE_COUNT; at++)
		if (at != SCOPE_EVENTS_IMPORT && (REACHED[at] & capabilities) &&
			!scopes_allow(caller->scopes, UINT32_C(1) << at))
			return FAIL_CODE(SCOPE_EXCEEDS,
				"the token would reach further than the application that asks for it");
	return OK;
}

fallible giving_check_scopes(const struct caller *caller, uint32_t scopes)
{
	uint32_t given = scopes_expand(scopes);
	if (!scopes_allow(caller->scopes, given))
		return FAIL_CODE(SCOPE_EXCEEDS, "the caller gives a scope that he lacks");
	if (!capabilities_within(reached(given), caller->capabilities))
		return FAIL_CODE(SCOPE_EXCEEDS, "the scopes reach further than the person who gives them");
	if (scopes_careful(given) && is_unproven_person(caller))
		return FAIL_CODE(PERSON_UNPROVEN, "who gives this has to prove who they are");
	return OK;
}
