/* SPDX-License-Identifier: Apache-2.0 */
/* guard - from a request's headers to who calls, and whether the route lets them in. */
#pragma once

#include "server/api/call.h"

/* guard_admit - token or the cookie of a session, Muniment-Actor, Muniment-Device, Muniment-Verification, scopes, capabilities, proof.
 * Fails: STRANGER · SCOPE_MISSING · DENIED · PERSON_UNPROVEN · UNKNOWN_PERSON · DEVICE_MISSING · INVALID a
 * malformed header · CROSS_SITE · ENROL_FIRST. */
fallible guard_admit(struct call *call);

/* guard_see_device - what a request comes from, as the server itself sees it: address, user agent, what the browser says
 * besides. It has no id. Fails: NO_MEMORY. */
fallible guard_see_device(struct call *call, struct device *device);
