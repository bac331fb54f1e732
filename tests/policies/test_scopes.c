/* SPDX-License-Identifier: Apache-2.0 */
/* Scopes of tokens: names, what admin implies, giving. */
#include "policies/scopes.h"

#include <criterion/criterion.h>

Test(scopes, names_lead_back_to_themselves)
{
	for (unsigned at = 0; at < SCOPE_COUNT; at++) {
		enum scope found;
		cr_assert(scopes_find(span_text(scopes_name((enum scope)at)), &found));
		cr_assert(found == (enum scope)at);
	}
}

Test(scopes, admin_implies_people_and_policy)
{
	uint32_t admin = SCOPE_BIT(ADMIN);
	cr_assert(scopes_allow(admin, SCOPE_BIT(PEOPLE_READ) | SCOPE_BIT(PEOPLE_WRITE)));
	cr_assert(scopes_allow(admin, SCOPE_BIT(POLICY_READ) | SCOPE_BIT(POLICY_WRITE)));
}

Test(scopes, admin_implies_neither_vault_nor_verify_nor_events)
{
	uint32_t implied = SCOPE_BIT(ADMIN) | SCOPE_BIT(PEOPLE_READ) | SCOPE_BIT(PEOPLE_WRITE) |
		SCOPE_BIT(POLICY_READ) | SCOPE_BIT(POLICY_WRITE);
	for (unsigned at = 0; at < SCOPE_COUNT; at++) {
		uint32_t bit = UINT32_C(1) << at;
		cr_assert(scopes_allow(SCOPE_BIT(ADMIN), bit) == ((implied & bit) != 0), "%s",
			scopes_name((enum scope)at));
	}
}

Test(scopes, use_does_not_include_reveal)
{
	cr_assert(!scopes_allow(SCOPE_BIT(VAULT_USE), SCOPE_BIT(VAULT_REVEAL)));
	cr_assert(!scopes_allow(SCOPE_BIT(VAULT_REVEAL), SCOPE_BIT(VAULT_USE)));
	cr_assert(!scopes_allow(SCOPE_BIT(PEOPLE_WRITE), SCOPE_BIT(PEOPLE_READ)));
}

Test(scopes, nobody_gives_admin_by_holding_what_it_implies)
{
	uint32_t parts = scopes_expand(SCOPE_BIT(ADMIN)) & ~SCOPE_BIT(ADMIN);
	cr_assert(!scopes_allow(parts, SCOPE_BIT(ADMIN)));
	cr_assert(scopes_allow(SCOPE_ALL, SCOPE_ALL));
	cr_assert(!scopes_allow(0, SCOPE_BIT(VERIFY)));
	cr_assert(scopes_allow(0, 0));
}

/* Takes the first of the names that stand with a space between them. */
static uint32_t take_scope(struct span *names)
{
	enum scope scope;
	const uint8_t *space = memchr(names->at, ' ', names->len);
	struct span name = space ? span_first(*names, (size_t)(space - names->at)) : *names;
	cr_assert(scopes_find(name, &scope), "%.*s", (int)name.len, (const char *)name.at);
	*names = span_from(*names, space ? name.len + 1 : name.len);
	return UINT32_C(1) << scope;
}

Test(scopes, a_printed_set_has_the_names_of_all_and_no_other)
{
	for (uint32_t set = 0; set <= SCOPE_ALL; set += 97) {
		scoped(buf) text = BUF(SCOPES_TEXT_MAX);
		uint32_t back = 0;
		scopes_print(set, &text);
		cr_assert(!err_failed(buf_check(&text)));
		struct span names = buf_span(&text);
		while (names.len > 0)
			back |= take_scope(&names);
		cr_assert(back == set);
	}
}

Test(scopes, an_unknown_or_empty_name_is_none)
{
	static const char *const REFUSED[] = {"root", "people", "people:*", "verify ", "Verify", ""};
	enum scope scope;
	for (size_t at = 0; at < sizeof REFUSED / sizeof REFUSED[0]; at++)
		cr_assert(!scopes_find(span_text(REFUSED[at]), &scope), "'%s' was taken", REFUSED[at]);
}

Test(scopes, secrets_and_the_log_are_given_with_care)
{
	cr_assert(scopes_careful(SCOPE_BIT(VAULT_REVEAL)) != 0);
	cr_assert(scopes_careful(SCOPE_BIT(EVENTS_READ)) != 0);
	cr_assert(scopes_careful(SCOPE_BIT(ADMIN)) != 0);
	cr_assert(scopes_careful(SCOPE_BIT(EVENTS_WRITE) | SCOPE_BIT(PEOPLE_READ)) == 0);
}
