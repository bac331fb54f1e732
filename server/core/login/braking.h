/* SPDX-License-Identifier: Apache-2.0 */
/* braking - several brakes on mails at once (store/nouns/mail_brake.h): by person, address, network and in all. Whoever is slowed by
 * one of them waits. */
#pragma once

#include "server/core/caller.h"
#include "store/nouns/mail_brake.h"

/* By what mails are counted. Stored in keyed hashes: never renumber. */
enum braking_kind {
	BRAKING_PERSON = 1,
	BRAKING_ADDRESS = 2,
	BRAKING_APPLICATION = 3,
	BRAKING_NETWORK = 4,
	BRAKING_ALL = 5,
	BRAKING_BROWSER = 6,     /* a known one, to an address */
	BRAKING_NEWCOMER = 7,    /* a person whose factor is set up; logins are counted apart */
	BRAKING_NEW_ADDRESS = 8, /* the same, of the address */
	BRAKING_DEVICE = 9,      /* that a person got in from before */
};

enum {
	BRAKING_MAX = 5,
	BRAKING_AN_HOUR = 5, /* to a person, and to an address */
	BRAKING_A_DAY = 20,
};

/* What is counted together; in prepare, then in the act. */
struct braking {
	struct id tenant; /* whose mails are counted; none: those that belong to no tenant */
	struct id ids[BRAKING_MAX];
	struct mail_brake_bounds bounds[BRAKING_MAX];
	size_t count;
};

/* braking_add - one brake more.
 *
 *   whose  for NETWORK an address as address_print writes it: its /24 or /64 counts */
void braking_add(struct braking *braking, const struct keeper *keeper, enum braking_kind kind,
	struct span whose, const struct mail_brake_bounds *bounds);

/* braking_set_up - the brakes on a code that sets a factor up: by person, address, application (of a caller that is one) and
 * in all. */
void braking_set_up(const struct server *server, const struct caller *caller, struct id person,
	struct span address, struct braking *braking);

/* braking_person_bounds - for a person, and for an address. braking_minute_bounds - so many a minute. */
struct mail_brake_bounds braking_person_bounds(void);
struct mail_brake_bounds braking_minute_bounds(uint32_t in_minute);

/* braking_wait_ms - until all of them let another one through; 0 = now. */
fallible braking_wait_ms(
	const struct view *view, const struct braking *braking, struct instant now, int64_t *wait_ms);

/* braking_charge - in the act: one more. Fails: STALE one of them lets nobody through by now. */
fallible braking_charge(struct act *act, const struct braking *braking);
