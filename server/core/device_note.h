/* SPDX-License-Identifier: Apache-2.0 */
/* device_note - that a device was seen: it rides on the act of what was done from there. */
#pragma once

#include "server/core/device.h"
#include "store/nouns/device_record.h"

/* What an act that writes anyway has to note of the device that it came from. */
struct device_note {
	struct id subject; /* the person; or an application, whose devices are in no registry */
	bool is_person;
	struct span given; /* the application's id of it */
	struct device_record record;
	struct span sealed; /* of a record that has to be made; empty: there is one */
	uint8_t term[KEYS_TERM];
};

/* device_note_prepare - what device_find found, as a note; NULL when there is nothing to write: the device has no id,
 * or was seen less than an hour ago.
 *
 *   device  copied
 * Fails: NO_MEMORY · as keys->seal_row. */
fallible device_note_prepare(const struct view *view, struct id tenant, const struct device_sight *sight,
	const struct device *device, struct instant now, struct arena *arena, struct device_note **note);

/* device_note_write - in the act; note NULL does nothing.
 *
 *   id      in: what prepare found or drew; out: ours, if somebody else noted the same device meanwhile
 *   is_new  NULL, or set: a record was made */
fallible device_note_write(struct act *act, const struct device_note *note, struct id *id, bool *is_new);

/* device_note_seal - the words of a record, sealed, in the arena. Fails: as device_record_seal · NO_MEMORY. */
fallible device_note_seal(const struct keys *keys, const struct device_record *record, struct arena *arena,
	struct span *sealed);
