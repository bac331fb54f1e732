/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities: the closed list, what implies what, and giving. */
#include "policies/capabilities.h"

#include <criterion/criterion.h>

Test(capabilities, the_list_is_the_closed_one)
{
	static const char *const LIST[] = {"log.read:self", "log.read:client", "log.read:branch",
		"log.read:tenant", "log.read_admin", "log.export", "people.read", "people.write",
		"clients.read", "clients.write", "roles.write", "applications.write", "factors.manage",
		"credential.deposit", "credential.use", "credential.reveal", "grant.give", "grant.approve",
		"handover.request", "handover.approve", "privacy.request", "privacy.approve",
		"breakglass.confirm"};
	cr_assert(sizeof LIST / sizeof LIST[0] == CAPABILITY_COUNT);
	for (unsigned at = 0; at < CAPABILITY_COUNT; at++) {
		enum capability found;
		cr_assert(capabilities_find(span_text(LIST[at]), &found), "%s", LIST[at]);
		cr_assert(found == (enum capability)at, "%s moved: its bit is stored", LIST[at]);
		cr_assert(strcmp(capabilities_name(found), LIST[at]) == 0);
	}
}

Test(capabilities, an_unknown_name_is_not_found)
{
	enum capability found;
	cr_assert(!capabilities_find(SPAN_LIT("log.read"), &found));
	cr_assert(!capabilities_find(SPAN_LIT("log.read:world"), &found));
	cr_assert(!capabilities_find(SPAN_LIT("*"), &found));
	cr_assert(!capabilities_find(SPAN_NONE, &found));
}

Test(capabilities, a_wider_reader_holds_the_narrower_scopes_and_not_the_reverse)
{
	uint64_t branch = CAPABILITY_BIT(LOG_READ_BRANCH);
	cr_assert(
		capabilities_within(CAPABILITY_BIT(LOG_READ_SELF) | CAPABILITY_BIT(LOG_READ_CLIENT), branch));
	cr_assert(!capabilities_within(CAPABILITY_BIT(LOG_READ_TENANT), branch));
	cr_assert(capabilities_expand(CAPABILITY_BIT(LOG_READ_SELF)) == CAPABILITY_BIT(LOG_READ_SELF));
	cr_assert(!capabilities_within(CAPABILITY_BIT(LOG_READ_ADMIN), CAPABILITY_BIT(LOG_READ_TENANT)));
}

Test(capabilities, the_widest_log_scope_counts)
{
	cr_assert(capabilities_log_scope(0) == CAPABILITY_LOG_NONE);
	cr_assert(capabilities_log_scope(CAPABILITY_BIT(LOG_EXPORT)) == CAPABILITY_LOG_NONE);
	cr_assert(capabilities_log_scope(CAPABILITY_BIT(LOG_READ_SELF)) == CAPABILITY_LOG_SELF);
	cr_assert(capabilities_log_scope(CAPABILITY_BIT(LOG_READ_SELF) | CAPABILITY_BIT(LOG_READ_BRANCH)) ==
		CAPABILITY_LOG_BRANCH);
	cr_assert(capabilities_log_scope(CAPABILITY_ALL) == CAPABILITY_LOG_TENANT);
}

Test(capabilities, nobody_gives_what_he_lacks)
{
	uint64_t held = CAPABILITY_BIT(PEOPLE_READ) | CAPABILITY_BIT(GRANT_GIVE);
	cr_assert(capabilities_within(0, 0));
	cr_assert(capabilities_within(held, held));
	cr_assert(capabilities_within(held, CAPABILITY_ALL));
	cr_assert(!capabilities_within(held | CAPABILITY_BIT(PEOPLE_WRITE), held));
	cr_assert(!capabilities_within(UINT64_C(1) << 63, CAPABILITY_ALL));
}

Test(capabilities, vault_log_factor_and_erasure_are_given_with_care)
{
	cr_assert(capabilities_careful(CAPABILITY_BIT(CREDENTIAL_REVEAL)) != 0);
	cr_assert(capabilities_careful(CAPABILITY_BIT(LOG_READ_TENANT)) != 0);
	cr_assert(capabilities_careful(CAPABILITY_BIT(FACTORS_MANAGE)) != 0);
	cr_assert(capabilities_careful(CAPABILITY_BIT(PRIVACY_APPROVE)) != 0);
	cr_assert(capabilities_careful(CAPABILITY_BIT(CLIENTS_READ) | CAPABILITY_BIT(PEOPLE_READ)) == 0);
}
