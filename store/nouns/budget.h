/* SPDX-License-Identifier: Apache-2.0 */
/* budget - how many wrong codes one person may still have, over all verifications at once: else each one that is
 * opened beside the others would be worth five more guesses.
 *
 * A person has a lane for each device that once got in, and one for all other devices: a stranger who guesses
 * closes the strangers' lane, and not the one that the person comes by; a hundred wrong codes in a row close a lane until
 * recovery. Who does not exist shares a lane with
 * the others of one of VERIFICATION_BUCKETS buckets. Source: docs/formats.md "budget". */
#pragma once

#include "store/nouns/noun.h"

enum {
	BUDGET_FREE = 5, /* wrong codes without a right one before the first wait: one verification full */
	BUDGET_FREE_MS = 15 * 60 * 1000, /* fewer than these are forgotten after so long without another */
	BUDGET_WAIT_MS = 60 * 1000,      /* the first wait; each further wrong code doubles it */
	BUDGET_WAIT_MAX_MS = 60 * 60 * 1000,
	BUDGET_FORGOTTEN_MS = 24 * 60 * 60 * 1000, /* without a wrong code: the waits begin anew */
	BUDGET_END = 100, /* wrong codes in a row: the lane is closed until recovery */
};

struct budget {
	struct id tenant;
	struct id person;    /* of a decoy: zeros and the bucket */
	struct id device;    /* that once got in; none: all others */
	uint16_t wrong;      /* codes that the waits are counted by */
	uint16_t row;        /* codes since the last right one, however long ago */
	struct instant last; /* wrong one; ms 0 = none */
	uint8_t mails;       /* as older versions counted them; store/nouns/mail_brake.h does now */
	struct instant since;
};

/* budget_get - the lane of a device. Fails: NOT_FOUND that device has none of its own, or nobody was wrong
 * yet · CORRUPT. */
fallible budget_get(
	const struct view *view, struct id tenant, struct id person, struct id device, struct budget *budget);

/* budget_read - the same; an empty one when the lane has no row. */
fallible budget_read(
	const struct view *view, struct id tenant, struct id person, struct id device, struct budget *budget);

/* budget_put - inside an act. */
fallible budget_put(struct act *act, const struct budget *budget);

/* budget_wait_ms - how long no code is compared: 0 = one may be now, INT64_MAX = none before recovery. Nobody's lane
 * begins anew after a day also when a hundred were wrong: many names share it, and one that is closed for ever would tell
 * that they don't exist. */
int64_t budget_wait_ms(const struct budget *budget, struct instant now);

/* budget_is_open - whether a code may be compared now. */
bool budget_is_open(const struct budget *budget, struct instant now);

/* budget_clear - a right code, or recovery: no code was wrong. */
void budget_clear(struct budget *budget);

/* budget_charge - one more wrong code. */
void budget_charge(struct budget *budget, struct instant now);
