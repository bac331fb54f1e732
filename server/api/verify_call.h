/* SPDX-License-Identifier: Apache-2.0 */
/* verify_call - a call that opens or goes on with a verification, through whichever door it came: the same use-case, so that
 * nothing is decided twice. */
#pragma once

#include "server/api/call.h"
#include "server/core/verifications.h"

/* verify_call_prepare - verifications_prepare for the call: its act and call->ask are set. Fails: as that. */
fallible verify_call_prepare(struct call *call, struct verifications_ask *ask);

/* verify_call_write - verifications_write of call->ask. */
fallible verify_call_write(struct act *act, struct call *call);
