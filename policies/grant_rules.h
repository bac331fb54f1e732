/* SPDX-License-Identifier: Apache-2.0 */
/* grant_rules - whether a grant may be used now: facts and a time in, a verdict out. Pure: nothing is read or
 * written here. */
#pragma once

#include "policies/modes.h"
#include "policies/reasons.h"

/* Where a grant is in its life. Stored numbers: never renumber. What has ended stays ended. */
enum grant_state {
	GRANT_ACTIVE = 0,
	GRANT_SUSPENDED = 1,
	GRANT_REVOKED = 2,
	GRANT_EXPIRED = 3,
	GRANT_WAITING = 4, /* for approval */
	GRANT_STANDBY = 5, /* known to the grantee, but not open yet */
	GRANT_STATE_COUNT
};

/* What a use outside the hours of a grant comes to. Stored numbers: never renumber. */
enum grant_outside {
	GRANT_OUTSIDE_ALLOW = 0,
	GRANT_OUTSIDE_STEPUP = 1,
	GRANT_OUTSIDE_DENY = 2,
	GRANT_OUTSIDE_COUNT
};

/* What nobody else may use while the grantee holds it. Stored numbers: never renumber. */
enum grant_exclusive {
	GRANT_EXCLUSIVE_NONE = 0,
	GRANT_EXCLUSIVE_CREDENTIAL = 1,
	GRANT_EXCLUSIVE_CLIENT = 2, /* every credential of the client */
	GRANT_EXCLUSIVE_COUNT
};

/* How far the grantee has proved who they are, weak to strong (FOUNDATIONS 1). */
enum grant_proof {
	GRANT_PROOF_NONE,
	GRANT_PROOF_LOGIN,  /* a login of at most 8 hours */
	GRANT_PROOF_ACTION, /* this very use was confirmed, at most 5 minutes ago */
};

/* All that a use is judged by. */
struct grant_facts {
	enum mode mode; /* asked for */
	bool purpose_given;
	enum grant_proof proof;
	bool code_needs_login; /* the tenant's rule use.code_needs */

	enum grant_state state;
	struct instant from, until;
	uint32_t uses_max; /* 0 = any number */
	uint32_t uses_made;
	uint16_t modes; /* of the grant */

	uint16_t ceiling;         /* of the credential's version: sealed with it */
	bool credential_archived; /* in the trash, out of which it comes back with its grants */
	bool credential_gone;     /* shredded */
	bool secret_there;        /* the version holds what the mode needs */

	bool client_ended;
	bool client_paused;
	bool frozen;    /* the client stopped all use */
	bool elsewhere; /* not in a country from which the client's credentials are used */

	bool outside_hours; /* of its calendar */
	enum grant_outside outside;
	struct instant opens; /* outside them: when it does; ms 0 = not known */

	bool nda_missing;          /* the tenant asks for one, and the grantee signed none that holds */
	bool purpose_denied;       /* nothing is used for this, by the tenant's rules or the grant's */
	bool consent_missing;      /* of the client, for a grantee from outside */
	bool checked_out;          /* somebody else holds it for themselves */
	struct instant checked_in; /* when that ends */

	bool grantee_active;
	bool grantee_may; /* the grantee's roles allow the mode */
};

/* grant_rules_use - the first rule that says no, in this order:
 *
 *	grant_expired     revoked, expired, behind `until`, the credential archived, the client gone
 *	approval_pending  it waits for approval
 *	grant_suspended   suspended, standing by, before `from`, the client paused, the grantee not active
 *	frozen            the client stopped all use
 *	other_country     not from where the client's credentials are used
 *	outside_hours     where that is refused; verdict.until says when it opens
 *	nda_missing       the tenant asks for an agreement that the grantee did not sign
 *	consent_missing   the grantee is from outside, and the client does not consent (any more)
 *	checked_out       somebody else holds it; verdict.until says how long at the most
 *	mode_not_allowed  outside the grant or the ceiling, or the version holds nothing for the mode
 *	not_allowed       the grantee's roles do not allow the mode
 *	uses_exhausted
 *	purpose_required  every use says what for
 *	purpose_denied    and not that
 *	person_unproven   no proof where one is needed
 *	stepup_required   a login where this very use has to be confirmed, or it is outside hours that ask for that
 *
 * What no proof could change is said first: nobody is asked to confirm what would be refused anyway. */
struct verdict grant_rules_use(const struct grant_facts *facts, struct instant now);

/* grant_rules_has_ended - whether the time of a grant is over, whatever its row says yet. */
bool grant_rules_has_ended(const struct grant_facts *facts, struct instant now);
