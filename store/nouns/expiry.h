/* SPDX-License-Identifier: Apache-2.0 */
/* expiry - which rows can go when: a queue by time for each kind, walked by housekeeping. */
#pragma once

#include "store/nouns/noun.h"

/* Stored numbers: never renumber. */
enum expiry_kind {
	EXPIRY_VERIFICATION = 1,
	EXPIRY_FACTOR = 2,
	EXPIRY_ENROLMENT = 3,
	EXPIRY_ERASURE = 4,
	EXPIRY_REMEMBERED = 5,
	EXPIRY_MAIL_BRAKE = 6,
	EXPIRY_SLIP = 7,
	EXPIRY_HANDOVER = 8,
	EXPIRY_DEPOSIT = 9,
	EXPIRY_FACTOR_RESET = 10,
	EXPIRY_CREDENTIAL = 11,
	EXPIRY_DEPARTURE = 12,
	EXPIRY_BREAKGLASS = 13,
	EXPIRY_SESSION = 14,
	EXPIRY_ARRIVAL = 15,
	EXPIRY_GRANT = 16,
	EXPIRY_TAKEOUT = 17
};

struct expiry {
	enum expiry_kind kind;
	struct instant at;
	struct id tenant;
	struct id id; /* of the row; of an enrolment the person */
};

/* expiry_put, expiry_drop - inside an act. */
fallible expiry_put(struct act *act, const struct expiry *expiry);
fallible expiry_drop(struct act *act, const struct expiry *expiry);

/* expiry_at - the key of an entry. */
struct noun_key expiry_at(const struct expiry *expiry);

/* expiry_waits - whether an entry stands in the queue at its time or was put off to a later one. True also where that many others
 * stand before it that it was not looked for behind them.
 *
 *   from  expiry_at of its time, or of an earlier one */
enum { EXPIRY_LOOKED_AT = 1024 };
fallible expiry_waits(const struct view *view, const struct noun_key *from, bool *waits);

/* expiry_next - the oldest of a kind that is due. Fails: NOT_FOUND none is · CORRUPT · IO. */
fallible expiry_next(
	const struct view *view, enum expiry_kind kind, struct instant now, struct expiry *expiry);
