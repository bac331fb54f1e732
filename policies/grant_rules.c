/* SPDX-License-Identifier: Apache-2.0 */
/* grant_rules - the rules of a use, one after the other. */
#include "policies/grant_rules.h"

bool grant_rules_has_ended(const struct grant_facts *facts, struct instant now)
{
	bool ended = facts->state == GRANT_REVOKED || facts->state == GRANT_EXPIRED;
	return ended || facts->until.ms <= now.ms;
}

static struct verdict check_life(const struct grant_facts *facts, struct instant now)
{
	if (grant_rules_has_ended(facts, now) || facts->credential_gone || facts->client_ended)
		return VERDICT_REFUSED(GRANT_EXPIRED);
	if (facts->from.ms > now.ms)
		return (struct verdict){.reason = REASON_GRANT_SUSPENDED, .until = facts->from};
	if (facts->state == GRANT_WAITING)
		return VERDICT_REFUSED(APPROVAL_PENDING);
	bool closed = facts->state == GRANT_SUSPENDED || facts->state == GRANT_STANDBY;
	if (closed || facts->credential_archived || facts->client_paused || !facts->grantee_active)
		return VERDICT_REFUSED(GRANT_SUSPENDED);
	if (facts->frozen)
		return VERDICT_REFUSED(FROZEN);
	if (facts->elsewhere)
		return VERDICT_REFUSED(OTHER_COUNTRY);
	if (facts->outside_hours && facts->outside == GRANT_OUTSIDE_DENY)
		return (struct verdict){.reason = REASON_OUTSIDE_HOURS, .until = facts->opens};
	if (facts->nda_missing)
		return VERDICT_REFUSED(NDA_MISSING);
	if (facts->consent_missing)
		return VERDICT_REFUSED(CONSENT_MISSING);
	if (facts->checked_out)
		return (struct verdict){.reason = REASON_CHECKED_OUT, .until = facts->checked_in};
	return VERDICT_ALLOWED;
}

static struct verdict check_mode(const struct grant_facts *facts)
{
	if ((facts->modes & facts->ceiling & modes_bit(facts->mode)) == 0 || !facts->secret_there)
		return VERDICT_REFUSED(MODE_NOT_ALLOWED);
	if (!facts->grantee_may)
		return VERDICT_REFUSED(NOT_ALLOWED);
	if (facts->uses_max && facts->uses_made >= facts->uses_max)
		return VERDICT_REFUSED(USES_EXHAUSTED);
	if (!facts->purpose_given)
		return VERDICT_REFUSED(PURPOSE_REQUIRED);
	if (facts->purpose_denied)
		return VERDICT_REFUSED(PURPOSE_DENIED);
	return VERDICT_ALLOWED;
}

/* A code says nothing about the secret, so a login will do; whatever lets somebody know it has to be
 * confirmed itself, and so has what happens at an odd hour. */
static struct verdict check_proof(const struct grant_facts *facts)
{
	bool late = facts->outside_hours && facts->outside == GRANT_OUTSIDE_STEPUP;
	bool needs_action = facts->mode != MODE_CODE || late;
	if (!needs_action && !facts->code_needs_login)
		return VERDICT_ALLOWED;
	if (facts->proof == GRANT_PROOF_NONE)
		return VERDICT_REFUSED(PERSON_UNPROVEN);
	if (needs_action && facts->proof != GRANT_PROOF_ACTION)
		return VERDICT_REFUSED(STEPUP_REQUIRED);
	return VERDICT_ALLOWED;
}

struct verdict grant_rules_use(const struct grant_facts *facts, struct instant now)
{
	struct verdict verdict = check_life(facts, now);
	if (verdict.allowed)
		verdict = check_mode(facts);
	if (verdict.allowed)
		verdict = check_proof(facts);
	return verdict;
}
