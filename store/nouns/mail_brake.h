/* SPDX-License-Identifier: Apache-2.0 */
/* mail_brake - how many codes were mailed to a person or an address, by an application, for a network or in all: each
 * of them is slowed before it is a flood.
 *
 * Whom a row counts for is a keyed hash: no address lies here. Source: docs/formats.md "mail_brake". */
#pragma once

#include "store/nouns/noun.h"

enum {
	MAIL_BRAKE_MINUTE_MS = 60 * 1000,
	MAIL_BRAKE_HOUR_MS = 60 * 60 * 1000,
	MAIL_BRAKE_DAY_MS = 24 * 60 * 60 * 1000,
};

/* Codes in a stretch of time, which begins with the first one, and in a day; 0 = as many as come. */
struct mail_brake_bounds {
	int64_t stretch_ms;
	uint32_t in_stretch;
	uint32_t in_day;
};

struct mail_brake {
	struct id tenant;
	struct id whose;      /* keyed hash */
	struct instant since; /* of the stretch; ms 0 = nothing was mailed yet */
	struct instant day;   /* since which in_day is counted */
	uint32_t in_stretch;
	uint32_t in_day;
	bool is_new; /* it has no row yet */
};

/* mail_brake_read - an empty one when it has no row. Fails: CORRUPT. */
fallible mail_brake_read(
	const struct view *view, struct id tenant, struct id whose, struct mail_brake *brake);

/* mail_brake_put - inside an act; a new one enters the queue of what ends. */
fallible mail_brake_put(struct act *act, const struct mail_brake *brake);

/* mail_brake_sweep - drop one whose day is over; another enters the queue again. */
fallible mail_brake_sweep(struct act *act, struct id tenant, struct id whose);

/* mail_brake_wait_ms - until one more may be mailed; 0 = now. */
int64_t mail_brake_wait_ms(
	const struct mail_brake *brake, const struct mail_brake_bounds *bounds, struct instant now);

/* mail_brake_charge - one was. */
void mail_brake_charge(struct mail_brake *brake, const struct mail_brake_bounds *bounds, struct instant now);
