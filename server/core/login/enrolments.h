/* SPDX-License-Identifier: Apache-2.0 */
/* enrolments - the one-time code that makes a person's first factor a proven one: mailed to an address that
 * stood for a day, or handed over by a second, proven person (FOUNDATIONS 2). */
#pragma once

#include "server/core/login/braking.h"
#include "store/nouns/enrolment.h"
#include "store/nouns/notice.h"
#include "store/nouns/person.h"

enum {
	ENROLMENTS_CODE = 10,      /* base32 characters */
	ENROLMENTS_TYPED_MAX = 40, /* as a person types it: dashes, spaces, small letters */
	ENROLMENTS_ADDRESS_AGE_MS = 24 * 60 * 60 * 1000,
	ENROLMENTS_RESEND_MS = 60 * 1000,
};

struct enrolments_add {
	/* asked */
	struct span person; /* id or ref */
	enum enrolment_by by;
	struct span trace;
	/* prepared */
	struct person who;
	struct enrolment enrolment;
	bool first; /* no factor is proven yet: nobody could vouch, so whoever sets the tenant up does */
	char code[ENROLMENTS_CODE + 1]; /* shown once, by hand only */
	struct notice notice;           /* by e-mail only */
	struct braking braking;         /* on it */
	int64_t wait_ms;                /* with SLOW_DOWN */
	struct event_draft event;
};

/* enrolments_prepare - draw the code. Fails: NOT_FOUND the person · DENIED · PERSON_UNPROVEN by hand takes a
 * second, proven person with factors.manage (as long as no factor of the tenant is proven: the application
 * with scope admin that sets it up, or a second person signed in with a factor of her own) · CONFLICT no
 * address, one that changed less than 24 hours ago, or a mailbox that an assistant runs · SLOW_DOWN within a minute, or as
 * many codes were mailed as may be. */
fallible enrolments_prepare(const struct server *server, const struct caller *caller, const struct view *view,
	struct instant now, struct arena *arena, struct enrolments_add *add);
fallible enrolments_write(struct act *act, struct enrolments_add *add);

/* enrolments_forget - in the act: the code that a person has, if any, is worth nothing any more. Fails: as enrolment_get. */
fallible enrolments_forget(struct act *act, struct id tenant, struct id person);

/* enrolments_hash - of what was typed, for redeeming it. Fails: MALFORMED_CODE it can't be a code. */
fallible enrolments_hash(const struct keeper *keeper, struct id tenant, struct id person, struct span typed,
	uint8_t hash[static HASH_BLAKE]);

/* enrolments_redeem - in the act: charge a try, compare, use it up. *right says whether it was; the act has
 * to stand either way. */
fallible enrolments_redeem(struct act *act, struct id tenant, struct id person,
	const uint8_t hash[static HASH_BLAKE], bool *right);
