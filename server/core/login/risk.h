/* SPDX-License-Identifier: Apache-2.0 */
/* risk - how unlike her a login is: a score with its reasons (policies/risks.def). A high one asks for a code on a
 * remembered device as well, or lets nobody in, as the tenant's policies say; who gets in all the same is told at all
 * addresses.
 *
 * What costs a look-up is looked at when a device is new, was not seen within the hour, or comes with a token; where a
 * person is, whenever the server knows countries. */
#pragma once

#include "policies/risks.h"
#include "server/core/login/verifications.h"

struct json_out; /* base/json_out.h */
struct scene;    /* server/core/scene.h */

enum {
	RISK_FAILURES = 5,                /* wrong codes before it */
	RISK_TRAVEL_MS = 2 * 3600 * 1000, /* between two countries */
	RISK_NOTED_MS = 3600 * 1000,      /* where somebody is is written once an hour */
};

/* risk_prepare - of a login that brings a code or a token; after new_device_prepare. Fails: FORGED · CORRUPT · NO_MEMORY ·
 * as event_seal, tell_prepare. */
fallible risk_prepare(const struct scene *scene, struct verifications_ask *ask);

/* risk_is_high - whether the policies ask for a code whatever the device is. */
bool risk_is_high(const struct verifications_ask *ask);

/* risk_write - in the act that allows: where the person is; login.suspicious and its mails when the risk is high.
 * Fails: STALE they are not sealed yet: few logins need them. */
fallible risk_write(struct act *act, const struct verifications_ask *ask);

/* risk_put_reasons - the member "reasons", an array of words; nothing when there is none. */
void risk_put_reasons(struct json_out *out, const struct risk *risk);
