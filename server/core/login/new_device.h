/* SPDX-License-Identifier: Apache-2.0 */
/* new_device - a right code from a device that its person never got in from: on record, and told to the person, once. */
#pragma once

#include "server/core/login/verifications.h"

/* new_device_prepare - what the act has to note when the code is right: nothing of a device that is known, or has no
 * id. The mail goes to the person's own address; who has none is told nothing, and the event says so.
 * Fails: as device_note_prepare, event_seal, tell_prepare. Cost: nothing for a device seen within the hour. */
fallible new_device_prepare(const struct server *server, const struct view *view, struct arena *arena,
	struct verifications_ask *ask);

/* new_device_write - in the act that allows: device.first_seen and the mail, if it still is new. */
fallible new_device_write(struct act *act, struct verifications_ask *ask);
