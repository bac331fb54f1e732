/* SPDX-License-Identifier: Apache-2.0 */
/* resyncs - a device whose clock went wrong, or a token that was pressed too often, is found again by two of its codes that
 * follow each other. Never a part of
 * a login: there the window stays as narrow as it is (login.md 3D). */
#pragma once

#include "server/core/login/factors.h"
#include "server/core/login/twins.h"
#include "server/core/scene.h"

enum {
	RESYNCS_STEPS = 20
}; /* looked at, before and after now; of a token that counts twice as many, ahead alone */

struct resyncs_ask {
	/* asked */
	struct id id;
	char first[FACTORS_CODE_MAX + 1];
	char second[FACTORS_CODE_MAX + 1];
	/* prepared */
	struct factor factor; /* decided: as it is written */
	uint64_t now_step;    /* of a token that counts: the last that was used */
	struct totp_run run;
	struct twins twins; /* in which both codes are used up as well */
	struct event_draft changed, failed, locked;
	/* decided */
	struct err refusal; /* the act stands, with its event */
	int64_t wait_ms;    /* with SLOW_DOWN: as budget_wait_ms */
};

/* resyncs_prepare - compute all codes around now, compare none. Fails: NOT_FOUND the factor, or its person is outside
 * what the caller sees · CONFLICT it is no active authenticator app · BUSY sealed. */
fallible resyncs_prepare(const struct scene *scene, struct resyncs_ask *ask);

/* resyncs_write - charge the person's budget, compare, move the window. Both codes are used up. Refused: SLOW_DOWN the
 * budget is closed · WRONG_CODE · CONFLICT the clock is off by more than FACTOR_DRIFT_MAX steps. Fails: STALE. */
fallible resyncs_write(struct act *act, struct resyncs_ask *ask);
