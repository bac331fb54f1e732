/* SPDX-License-Identifier: Apache-2.0 */
/* When a grant may be used: each refusal with its twin, and which one is said when several hold. */
#include "policies/grant_rules.h"

#include <criterion/criterion.h>

enum { HOUR_MS = 3600000 };

static const struct instant NOW = {1800000000000};

/* A code that may be had: everything holds. */
static struct grant_facts open_code(void)
{
	return (struct grant_facts){
		.mode = MODE_CODE,
		.purpose_given = true,
		.proof = GRANT_PROOF_LOGIN,
		.code_needs_login = true,
		.from = {NOW.ms - HOUR_MS},
		.until = {NOW.ms + HOUR_MS},
		.modes = MODE_BIT(CODE),
		.ceiling = MODE_BIT(CODE) | MODE_BIT(INJECT) | MODE_BIT(REVEAL),
		.secret_there = true,
		.grantee_active = true,
		.grantee_may = true,
	};
}

/* The same for a look at the secret itself. */
static struct grant_facts open_reveal(void)
{
	struct grant_facts facts = open_code();
	facts.mode = MODE_REVEAL;
	facts.modes = MODE_BIT(REVEAL);
	facts.proof = GRANT_PROOF_ACTION;
	return facts;
}

static void refuses(struct grant_facts facts, enum reason reason)
{
	struct verdict verdict = grant_rules_use(&facts, NOW);
	cr_assert(!verdict.allowed && verdict.reason == reason, "%s instead of %s",
		verdict.allowed ? "allowed" : reasons_word(verdict.reason), reasons_word(reason));
}

static void allows(struct grant_facts facts)
{
	struct verdict verdict = grant_rules_use(&facts, NOW);
	cr_assert(verdict.allowed, "%s", reasons_word(verdict.reason));
}

Test(grant_rules, an_open_grant_is_used)
{
	allows(open_code());
	allows(open_reveal());
}

Test(grant_rules, a_grant_ends_at_until_and_not_a_millisecond_later)
{
	struct grant_facts facts = open_code();
	facts.until.ms = NOW.ms + 1;
	allows(facts);
	facts.until.ms = NOW.ms;
	refuses(facts, REASON_GRANT_EXPIRED);
}

Test(grant_rules, a_grant_that_ended_stays_ended_when_the_clock_goes_back)
{
	struct grant_facts facts = open_code();
	facts.state = GRANT_EXPIRED;
	refuses(facts, REASON_GRANT_EXPIRED);
	facts.state = GRANT_REVOKED;
	refuses(facts, REASON_GRANT_EXPIRED);
	cr_assert(grant_rules_has_ended(&facts, NOW));
}

Test(grant_rules, a_credential_in_the_trash_suspends_its_grants_and_one_that_is_shredded_ends_them)
{
	struct grant_facts facts = open_code();
	facts.credential_archived = true;
	refuses(facts, REASON_GRANT_SUSPENDED);
	facts.credential_archived = false;
	facts.credential_gone = true;
	refuses(facts, REASON_GRANT_EXPIRED);
}

Test(grant_rules, nothing_is_used_of_a_client_who_has_left)
{
	struct grant_facts facts = open_code();
	facts.client_ended = true;
	refuses(facts, REASON_GRANT_EXPIRED);
}

Test(grant_rules, a_grant_opens_at_from_and_says_when)
{
	struct grant_facts facts = open_code();
	facts.from = NOW;
	allows(facts);
	facts.from.ms = NOW.ms + 1;
	refuses(facts, REASON_GRANT_SUSPENDED);
	cr_assert(grant_rules_use(&facts, NOW).until.ms == NOW.ms + 1);
}

Test(grant_rules, a_suspended_grant_a_paused_client_and_a_suspended_person_wait)
{
	struct grant_facts facts = open_code();
	facts.state = GRANT_SUSPENDED;
	refuses(facts, REASON_GRANT_SUSPENDED);
	facts.state = GRANT_STANDBY;
	refuses(facts, REASON_GRANT_SUSPENDED);
	facts.state = GRANT_WAITING;
	refuses(facts, REASON_APPROVAL_PENDING);
	facts = open_code();
	facts.client_paused = true;
	refuses(facts, REASON_GRANT_SUSPENDED);
	facts = open_code();
	facts.grantee_active = false;
	refuses(facts, REASON_GRANT_SUSPENDED);
}

Test(grant_rules, a_frozen_client_stops_all_use)
{
	struct grant_facts facts = open_reveal();
	facts.frozen = true;
	refuses(facts, REASON_FROZEN);
}

Test(grant_rules, a_mode_lies_within_grant_and_ceiling)
{
	struct grant_facts facts = open_reveal();
	facts.modes = MODE_BIT(CODE) | MODE_BIT(INJECT);
	refuses(facts, REASON_MODE_NOT_ALLOWED);
	facts = open_reveal();
	facts.ceiling = MODE_BIT(CODE) | MODE_BIT(INJECT);
	refuses(facts, REASON_MODE_NOT_ALLOWED);
}

Test(grant_rules, a_code_needs_a_seed_to_come_from)
{
	struct grant_facts facts = open_code();
	facts.secret_there = false;
	refuses(facts, REASON_MODE_NOT_ALLOWED);
}

Test(grant_rules, a_grant_gives_nothing_that_the_grantees_roles_do_not_allow)
{
	struct grant_facts facts = open_code();
	facts.grantee_may = false;
	refuses(facts, REASON_NOT_ALLOWED);
}

Test(grant_rules, uses_run_out)
{
	struct grant_facts facts = open_code();
	facts.uses_max = 3;
	facts.uses_made = 2;
	allows(facts);
	facts.uses_made = 3;
	refuses(facts, REASON_USES_EXHAUSTED);
	facts.uses_max = 0;
	allows(facts);
}

Test(grant_rules, every_use_has_a_purpose)
{
	struct grant_facts facts = open_code();
	facts.purpose_given = false;
	refuses(facts, REASON_PURPOSE_REQUIRED);
	facts = open_reveal();
	facts.purpose_given = false;
	refuses(facts, REASON_PURPOSE_REQUIRED);
}

Test(grant_rules, a_code_needs_a_login_unless_the_tenant_says_otherwise)
{
	struct grant_facts facts = open_code();
	facts.proof = GRANT_PROOF_NONE;
	refuses(facts, REASON_PERSON_UNPROVEN);
	facts.code_needs_login = false;
	allows(facts);
	facts = open_code();
	facts.proof = GRANT_PROOF_ACTION;
	allows(facts);
}

Test(grant_rules, a_reveal_needs_this_very_use_confirmed_whatever_the_tenant_says)
{
	struct grant_facts facts = open_reveal();
	facts.code_needs_login = false;
	facts.proof = GRANT_PROOF_NONE;
	refuses(facts, REASON_PERSON_UNPROVEN);
	facts.proof = GRANT_PROOF_LOGIN;
	refuses(facts, REASON_STEPUP_REQUIRED);
}

/* Each step repairs what was said and finds the next rule behind it. */
Test(grant_rules, what_no_proof_could_change_is_said_first)
{
	struct grant_facts facts = {.mode = MODE_REVEAL,
		.state = GRANT_SUSPENDED,
		.frozen = true,
		.uses_max = 1,
		.uses_made = 1,
		.until = {NOW.ms - 1}};
	refuses(facts, REASON_GRANT_EXPIRED);
	facts.until.ms = NOW.ms + HOUR_MS;
	refuses(facts, REASON_GRANT_SUSPENDED);
	facts.state = GRANT_ACTIVE;
	facts.grantee_active = true;
	refuses(facts, REASON_FROZEN);
	facts.frozen = false;
	facts.elsewhere = true;
	refuses(facts, REASON_OTHER_COUNTRY);
	facts.elsewhere = false;
	refuses(facts, REASON_MODE_NOT_ALLOWED);
	facts.modes = facts.ceiling = MODE_BIT(REVEAL);
	facts.secret_there = true;
	refuses(facts, REASON_NOT_ALLOWED);
	facts.grantee_may = true;
	refuses(facts, REASON_USES_EXHAUSTED);
	facts.uses_max = 2;
	refuses(facts, REASON_PURPOSE_REQUIRED);
	facts.purpose_given = true;
	refuses(facts, REASON_PERSON_UNPROVEN);
	facts.proof = GRANT_PROOF_LOGIN;
	refuses(facts, REASON_STEPUP_REQUIRED);
	facts.proof = GRANT_PROOF_ACTION;
	allows(facts);
}

Test(grant_rules, the_modes_have_their_words)
{
	enum mode mode;
	for (unsigned i = 0; i < MODE_COUNT; i++)
		cr_assert(modes_find(span_text(modes_name((enum mode)i)), &mode) && mode == (enum mode)i);
	cr_assert(!modes_find(SPAN_LIT("fill"), &mode));
	cr_assert(!modes_find(SPAN_NONE, &mode));
}

Test(grant_rules, who_did_not_sign_what_the_tenant_asks_for_uses_nothing)
{
	struct grant_facts facts = open_code();
	facts.nda_missing = true;
	refuses(facts, REASON_NDA_MISSING);
	facts.consent_missing = facts.checked_out = true;
	refuses(facts, REASON_NDA_MISSING);
	facts.frozen = true;
	refuses(facts, REASON_FROZEN);
}

Test(grant_rules, a_denied_purpose_is_refused_and_no_proof_changes_that)
{
	struct grant_facts facts = open_reveal();
	facts.purpose_denied = true;
	refuses(facts, REASON_PURPOSE_DENIED);
	facts.proof = GRANT_PROOF_NONE;
	refuses(facts, REASON_PURPOSE_DENIED);
	facts.purpose_given = false;
	refuses(facts, REASON_PURPOSE_REQUIRED);
}
