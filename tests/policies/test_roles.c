/* SPDX-License-Identifier: Apache-2.0 */
/* The bundles a tenant begins with: who can do what, and who cannot. */
#include "policies/roles.h"

#include <criterion/criterion.h>

static const struct role_row *role(const char *name)
{
	const struct role_row *row = roles_find(span_text(name));
	cr_assert(row != NULL, "there is no role %s", name);
	return row;
}

static bool can(const char *name, uint64_t capability)
{
	return (role(name)->capabilities & capability) != 0;
}

Test(roles, the_sixteen_are_there_once)
{
	static const char *const NAMES[] = {"owner", "manager", "administrator", "specialist", "call_center",
		"accountant", "smm", "marketer", "assistant", "coordinator", "account_manager", "hq",
		"client", "external", "auditor", "dpo"};
	cr_assert(roles_count() == sizeof NAMES / sizeof NAMES[0]);
	for (size_t at = 0; at < roles_count(); at++) {
		cr_assert(role(NAMES[at]) == roles_row(at), "%s", NAMES[at]);
		cr_assert(strlen(NAMES[at]) <= ROLES_NAME_MAX);
	}
}

Test(roles, an_unknown_role_is_not_found)
{
	cr_assert(roles_find(SPAN_LIT("root")) == NULL);
	cr_assert(roles_find(SPAN_LIT("Owner")) == NULL);
	cr_assert(roles_find(SPAN_NONE) == NULL);
}

Test(roles, bundles_hold_nothing_outside_the_closed_list)
{
	for (size_t at = 0; at < roles_count(); at++) {
		cr_assert((roles_row(at)->capabilities & ~CAPABILITY_ALL) == 0);
		cr_assert(roles_row(at)->capabilities != 0, "%s can do nothing", roles_row(at)->name);
	}
}

Test(roles, an_owner_can_give_every_other_role)
{
	for (size_t at = 0; at < roles_count(); at++)
		cr_assert(capabilities_within(roles_row(at)->capabilities, role("owner")->capabilities));
}

Test(roles, nobody_else_can_give_owner)
{
	for (size_t at = 1; at < roles_count(); at++)
		cr_assert(!capabilities_within(role("owner")->capabilities, roles_row(at)->capabilities),
			"%s", roles_row(at)->name);
}

Test(roles, an_administrator_is_a_receptionist_who_reads_only_what_is_about_her)
{
	uint64_t held = role("administrator")->capabilities;
	cr_assert(capabilities_log_scope(held) == CAPABILITY_LOG_SELF);
	cr_assert(!can("administrator", CAPABILITY_BIT(LOG_EXPORT) | CAPABILITY_BIT(LOG_READ_ADMIN)));
	cr_assert(!can("administrator", CAPABILITY_BIT(ROLES_WRITE) | CAPABILITY_BIT(APPLICATIONS_WRITE)));
	cr_assert(!can("administrator", CAPABILITY_BIT(CREDENTIAL_USE) | CAPABILITY_BIT(CREDENTIAL_REVEAL)));
}

Test(roles, the_log_is_read_as_far_as_each_role_needs)
{
	cr_assert(capabilities_log_scope(role("owner")->capabilities) == CAPABILITY_LOG_TENANT);
	cr_assert(capabilities_log_scope(role("manager")->capabilities) == CAPABILITY_LOG_BRANCH);
	cr_assert(capabilities_log_scope(role("assistant")->capabilities) == CAPABILITY_LOG_SELF);
	cr_assert(capabilities_log_scope(role("coordinator")->capabilities) == CAPABILITY_LOG_CLIENT);
	cr_assert(capabilities_log_scope(role("account_manager")->capabilities) == CAPABILITY_LOG_CLIENT);
	cr_assert(capabilities_log_scope(role("hq")->capabilities) == CAPABILITY_LOG_TENANT);
	cr_assert(capabilities_log_scope(role("client")->capabilities) == CAPABILITY_LOG_CLIENT);
	cr_assert(capabilities_log_scope(role("external")->capabilities) == CAPABILITY_LOG_NONE);
	cr_assert(capabilities_log_scope(role("auditor")->capabilities) == CAPABILITY_LOG_TENANT);
}

Test(roles, an_auditor_reads_everything_and_changes_nothing)
{
	static const uint64_t CHANGING = CAPABILITY_BIT(PEOPLE_WRITE) | CAPABILITY_BIT(CLIENTS_WRITE) |
		CAPABILITY_BIT(ROLES_WRITE) | CAPABILITY_BIT(APPLICATIONS_WRITE) |
		CAPABILITY_BIT(FACTORS_MANAGE) | CAPABILITY_BIT(CREDENTIAL_DEPOSIT) |
		CAPABILITY_BIT(CREDENTIAL_USE) | CAPABILITY_BIT(CREDENTIAL_REVEAL) |
		CAPABILITY_BIT(GRANT_GIVE) | CAPABILITY_BIT(GRANT_APPROVE) |
		CAPABILITY_BIT(HANDOVER_APPROVE) | CAPABILITY_BIT(PRIVACY_APPROVE);
	cr_assert(can("auditor", CAPABILITY_BIT(LOG_READ_ADMIN)));
	cr_assert(!can("auditor", CHANGING));
}

Test(roles, only_owner_and_watchers_read_what_administrators_did)
{
	for (size_t at = 0; at < roles_count(); at++) {
		const char *name = roles_row(at)->name;
		bool watcher = !strcmp(name, "owner") || !strcmp(name, "auditor") || !strcmp(name, "dpo");
		cr_assert(can(name, CAPABILITY_BIT(LOG_READ_ADMIN)) == watcher, "%s", name);
	}
}

Test(roles, an_assistant_uses_credentials_and_gives_none_on)
{
	cr_assert(can("assistant", CAPABILITY_BIT(CREDENTIAL_USE)));
	cr_assert(!can("assistant", CAPABILITY_BIT(GRANT_GIVE) | CAPABILITY_BIT(GRANT_APPROVE)));
	cr_assert(!can("assistant", CAPABILITY_BIT(HANDOVER_REQUEST) | CAPABILITY_BIT(HANDOVER_APPROVE)));
}

Test(roles, who_exports_or_manages_signs_in_with_more_than_mail)
{
	for (size_t at = 0; at < roles_count(); at++) {
		const struct role_row *row = roles_row(at);
		uint64_t strong = CAPABILITY_BIT(PEOPLE_WRITE) | CAPABILITY_BIT(ROLES_WRITE) |
			CAPABILITY_BIT(LOG_READ_ADMIN) | CAPABILITY_BIT(GRANT_GIVE);
		if (row->capabilities & strong)
			cr_assert(row->least_factor == ROLES_FACTOR_TOTP, "%s", row->name);
	}
	cr_assert(role("external")->least_factor == ROLES_FACTOR_TOTP);
	cr_assert(role("assistant")->least_factor == ROLES_FACTOR_EMAIL);
}

Test(roles, factor_words_lead_back_to_themselves)
{
	enum roles_factor factor;
	cr_assert(roles_factor_find(SPAN_LIT("email"), &factor) && factor == ROLES_FACTOR_EMAIL);
	cr_assert(roles_factor_find(SPAN_LIT("totp"), &factor) && factor == ROLES_FACTOR_TOTP);
	cr_assert(strcmp(roles_factor_name(ROLES_FACTOR_EMAIL), "email") == 0);
	cr_assert(strcmp(roles_factor_name(ROLES_FACTOR_TOTP), "totp") == 0);
	cr_assert(!roles_factor_find(SPAN_LIT("sms"), &factor));
}
