/* SPDX-License-Identifier: Apache-2.0 */
/* verify_call - a call that opens or goes on with a verification, through whichever door it came: the same use-case, so that
 * nothing is decided twice. */
#pragma once

#include "server/api/call.h"
#include "server/core/login/verifications.h"

/* verify_call_prepare - verifications_prepare for the call: its act and call->ask are set. Whoever is not let in is answered at
 * a moment that tells nobody whether there is such a person (FOUNDATIONS 26). Fails: as that. */
fallible verify_call_prepare(struct call *call, struct verifications_ask *ask);

/* verify_call_prepare_code - the same with a code as it was typed at a door. What can be no code (a password, say) costs no try:
 * then there is no act, and call->ask is NULL. */
fallible verify_call_prepare_code(struct call *call, struct span typed, struct verifications_ask *ask);

/* verify_call_see - the device behind a door. The application is no person's device, and who is behind it is known by an
 * address at most: such a login is never that of a device that got in before.
 *
 *   client  its address as the application tells it; what is none is passed over
 * Fails: NO_MEMORY. */
fallible verify_call_see(struct call *call, struct span client, struct device *device);

/* verify_call_write - verifications_write of call->ask. */
fallible verify_call_write(struct act *act, struct call *call);
