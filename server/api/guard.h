/* SPDX-License-Identifier: Apache-2.0 */
/* guard - from a request's headers to who calls, and whether the route lets them in. */
#pragma once

#include "server/api/call.h"

/* guard_admit - token, Muniment-Actor, Muniment-Device, Muniment-Verification, scopes, capabilities, proof.
 * Fails: STRANGER · SCOPE_MISSING · DENIED · PERSON_UNPROVEN · UNKNOWN_PERSON · DEVICE_MISSING · INVALID a
 * malformed header. */
fallible guard_admit(struct call *call);
