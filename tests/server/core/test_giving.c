/* SPDX-License-Identifier: Apache-2.0 */
/* Nobody gives what he lacks, and what matters is given by the proven only. */
#include "server/core/giving.h"

#include <criterion/criterion.h>

#define HAS(name) CAPABILITY_BIT(name)

static const struct caller APPLICATION = {.kind = TOKEN_APPLICATION,
	.application = {{1}},
	.scopes = SCOPE_BIT(ADMIN) | SCOPE_BIT(VERIFY),
	.capabilities = CAPABILITY_ALL};

static struct caller person(uint64_t capabilities, bool proven)
{
	return (struct caller){.kind = TOKEN_PERSON,
		.person = {{2}},
		.scopes = SCOPE_ALL,
		.capabilities = capabilities_expand(capabilities),
		.proven = proven};
}

Test(giving, what_one_holds_one_may_give)
{
	const struct caller caller = person(HAS(PEOPLE_READ) | HAS(CLIENTS_READ), false);
	cr_assert(!err_failed(giving_check(&caller, HAS(PEOPLE_READ))));
	cr_assert(!err_failed(giving_check(&caller, 0)));
}

Test(giving, refuses_what_one_lacks)
{
	const struct caller caller = person(HAS(PEOPLE_READ), true);
	cr_assert(giving_check(&caller, HAS(PEOPLE_READ) | HAS(PEOPLE_WRITE)).code == CODE_SCOPE_EXCEEDS);
}

Test(giving, a_wide_log_contains_the_narrow_ones_and_not_the_other_way_round)
{
	const struct caller wide = person(HAS(LOG_READ_TENANT), true);
	const struct caller narrow = person(HAS(LOG_READ_CLIENT), true);
	cr_assert(!err_failed(giving_check(&wide, HAS(LOG_READ_BRANCH))));
	cr_assert(giving_check(&narrow, HAS(LOG_READ_BRANCH)).code == CODE_SCOPE_EXCEEDS);
}

Test(giving, a_careful_capability_needs_a_proven_person)
{
	const struct caller asserted = person(CAPABILITY_ALL, false);
	const struct caller proven = person(CAPABILITY_ALL, true);
	cr_assert(giving_check(&asserted, HAS(CREDENTIAL_USE)).code == CODE_PERSON_UNPROVEN);
	cr_assert(!err_failed(giving_check(&proven, HAS(CREDENTIAL_USE))));
	cr_assert(!err_failed(giving_check(&APPLICATION, HAS(CREDENTIAL_USE))),
		"nobody acts but the application");
}

Test(giving, an_application_gives_what_is_careful_only_as_far_as_its_scopes_reach)
{
	const struct caller staff = {.kind = TOKEN_APPLICATION,
		.application = {{1}},
		.scopes = SCOPE_BIT(PEOPLE_READ) | SCOPE_BIT(PEOPLE_WRITE) | SCOPE_BIT(VAULT_USE),
		.capabilities = CAPABILITY_ALL};
	cr_assert(!err_failed(giving_check(&staff, HAS(LOG_READ_SELF) | HAS(PEOPLE_READ))), "plain ones");
	cr_assert(!err_failed(giving_check(&staff, HAS(CREDENTIAL_USE))));
	cr_assert(giving_check(&staff, HAS(CREDENTIAL_REVEAL)).code == CODE_SCOPE_EXCEEDS);
	cr_assert(giving_check(&staff, CAPABILITY_ALL).code == CODE_SCOPE_EXCEEDS, "it makes no owner");
	cr_assert(!err_failed(giving_check(&APPLICATION, CAPABILITY_ALL)), "scope admin sets a tenant up");
}

Test(giving, a_persons_own_token_reaches_no_further_than_the_application_that_asks_for_it)
{
	const struct caller own = person(CAPABILITY_ALL, true);
	struct caller through = own;
	through.kind = TOKEN_APPLICATION;
	through.scopes = SCOPE_BIT(ADMIN) | SCOPE_BIT(VERIFY);
	cr_assert(!err_failed(giving_check_bearer(&own, CAPABILITY_ALL)), "it has every scope itself");
	cr_assert(!err_failed(giving_check_bearer(&through, HAS(PEOPLE_READ) | HAS(LOG_READ_SELF))));
	cr_assert(giving_check_bearer(&through, HAS(CREDENTIAL_USE)).code == CODE_SCOPE_EXCEEDS);
}

Test(giving, a_missing_capability_is_told_before_a_missing_proof)
{
	const struct caller caller = person(HAS(PEOPLE_READ), false);
	cr_assert(giving_check(&caller, HAS(CREDENTIAL_USE)).code == CODE_SCOPE_EXCEEDS);
}

Test(giving, an_application_gives_its_own_scopes_and_what_they_imply)
{
	cr_assert(
		!err_failed(giving_check_scopes(&APPLICATION, SCOPE_BIT(PEOPLE_WRITE) | SCOPE_BIT(VERIFY))));
	cr_assert(giving_check_scopes(&APPLICATION, SCOPE_BIT(VAULT_READ)).code == CODE_SCOPE_EXCEEDS);
}

Test(giving, the_scopes_that_a_person_gives_reach_no_further_than_the_person)
{
	const struct caller clerk =
		person(HAS(APPLICATIONS_WRITE) | HAS(CLIENTS_READ) | HAS(PEOPLE_READ), true);
	cr_assert(!err_failed(giving_check_scopes(&clerk, SCOPE_BIT(PEOPLE_READ))));
	cr_assert(giving_check_scopes(&clerk, SCOPE_BIT(VAULT_USE)).code == CODE_SCOPE_EXCEEDS);
	cr_assert(giving_check_scopes(&clerk, SCOPE_BIT(ADMIN)).code == CODE_SCOPE_EXCEEDS,
		"it implies people:write");
}

Test(giving, whoever_holds_everything_gives_every_scope_once_proven)
{
	const struct caller asserted = person(CAPABILITY_ALL, false);
	const struct caller proven = person(CAPABILITY_ALL, true);
	cr_assert(!err_failed(giving_check_scopes(&proven, SCOPE_ALL)));
	cr_assert(giving_check_scopes(&asserted, SCOPE_BIT(VAULT_USE)).code == CODE_PERSON_UNPROVEN);
	cr_assert(!err_failed(giving_check_scopes(&asserted, SCOPE_BIT(EVENTS_WRITE))));
}
