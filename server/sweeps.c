/* SPDX-License-Identifier: Apache-2.0 */
/* sweeps - by the queue of what ends when. */
#include "server/sweeps.h"

#include "server/core/login/sessions.h"
#include "server/core/vault/deposits.h"
#include "server/core/vault/slips.h"
#include "server/core/vault/takeouts.h"
#include "store/nouns/arrival.h"
#include "store/nouns/enrolment.h"
#include "store/nouns/expiry.h"
#include "store/nouns/factor.h"
#include "store/nouns/mail_brake.h"
#include "store/nouns/remembered.h"
#include "store/nouns/verification.h"

/* ---- housekeeping ---- */

/* An allowed one goes on proving for hours: its turn comes again. */
static fallible sweep_verification(struct act *act, const struct expiry *expiry)
{
	struct verification verification;
	struct view view = view_act(act);
	struct expiry later = *expiry;
	struct err err = verification_get(&view, expiry->tenant, expiry->id, &verification);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	later.at = verification_ends(&verification);
	if (later.at.ms > act->now.ms)
		return expiry_put(act, &later);
	return verification_drop(act, &verification);
}

/* One that was confirmed stays; one that was not is gone, with its seed. */
static fallible sweep_factor(struct act *act, const struct expiry *expiry)
{
	struct factor factor;
	struct view view = view_act(act);
	struct err err = factor_find(&view, expiry->tenant, expiry->id, &factor);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return factor.state == FACTOR_ACTIVE ? OK : factor_drop(act, &factor);
}

static fallible sweep_enrolment(struct act *act, const struct expiry *expiry)
{
	struct enrolment enrolment;
	struct view view = view_act(act);
	struct err err = enrolment_get(&view, expiry->tenant, expiry->id, &enrolment);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return enrolment_ends(&enrolment).ms > act->now.ms ? OK : enrolment_drop(act, &enrolment);
}

static fallible sweep_remembered(struct act *act, const struct expiry *expiry)
{
	struct remembered remembered;
	struct view view = view_act(act);
	struct err err = remembered_get(&view, expiry->tenant, expiry->id, &remembered);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return remembered_drop(act, &remembered);
}

static fallible sweep_arrival(struct act *act, const struct expiry *expiry)
{
	struct err err = arrival_drop(act, expiry->id);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

static fallible sweep(struct act *act, const struct expiry *expiry)
{
	switch (expiry->kind) {
	case EXPIRY_VERIFICATION:
		return sweep_verification(act, expiry);
	case EXPIRY_FACTOR:
		return sweep_factor(act, expiry);
	case EXPIRY_ENROLMENT:
		return sweep_enrolment(act, expiry);
	case EXPIRY_REMEMBERED:
		return sweep_remembered(act, expiry);
	case EXPIRY_MAIL_BRAKE:
		return mail_brake_sweep(act, expiry->tenant, expiry->id);
	case EXPIRY_SLIP:
		return slips_sweep(act, expiry);
	case EXPIRY_DEPOSIT:
		return deposits_sweep(act, expiry);
	case EXPIRY_TAKEOUT:
		return takeouts_sweep(act, expiry);
	case EXPIRY_SESSION:
		return sessions_sweep(act, expiry);
	case EXPIRY_ARRIVAL:
		return sweep_arrival(act, expiry);
	case EXPIRY_ERASURE:
	case EXPIRY_HANDOVER:
	case EXPIRY_FACTOR_RESET:
	case EXPIRY_CREDENTIAL:
	case EXPIRY_DEPARTURE:
	case EXPIRY_GRANT:
	case EXPIRY_BREAKGLASS:
		break;
	}
	return OK;
}

fallible sweeps_run(struct act *act, size_t max, struct due_round *round)
{
	static const enum expiry_kind KINDS[] = {EXPIRY_VERIFICATION, EXPIRY_FACTOR, EXPIRY_ENROLMENT,
		EXPIRY_REMEMBERED, EXPIRY_MAIL_BRAKE, EXPIRY_SLIP, EXPIRY_DEPOSIT, EXPIRY_SESSION,
		EXPIRY_ARRIVAL, EXPIRY_TAKEOUT};
	for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
		struct err err = OK;
		while (round->done < max && !err_failed(err = due_sweep_next(act, KINDS[i], round))) {
			TRY(sweep(act, &round->at));
			due_sweep_did(round);
		}
		if (err.kind != ERR_NOT_FOUND)
			TRY(err);
	}
	return OK;
}
