/* SPDX-License-Identifier: Apache-2.0 */
/* devices - which devices a person uses: noted as a side of what the person does from them, shown, reported lost. */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "store/nouns/device_record.h"
#include "store/nouns/person.h"

/* ---- who sees what ---- */

/* devices_find - a device whose person the caller may see. Fails: NOT_FOUND. */
fallible devices_find(
	const struct scene *scene, struct id id, struct device_record *record, struct person *person);

/* devices_next_user - who else used it, as far as the caller may see them. False at the end: check *err.
 *
 *   after  none = from the first */
bool devices_next_user(const struct scene *scene, const uint8_t term[static KEYS_TERM], struct id *after,
	struct device_record *record, struct person *person, struct err *err);

/* ---- changed ---- */

struct devices_rename {
	struct span name;            /* asked */
	struct device_record record; /* as devices_find found it, then as it is written */
	struct span sealed;
	struct event_draft renamed;
};

/* devices_rename_prepare - by the person, or by who may change people; what the application calls it later changes
 * nothing. Fails: DENIED. */
fallible devices_rename_prepare(
	const struct scene *scene, const struct person *person, struct devices_rename *rename);
fallible devices_rename_write(struct act *act, struct devices_rename *rename);

/* ---- lost ---- */

enum { DEVICES_CLOSED_MAX = 10000 /* verifications that are looked at for the count */ };

/* Why nobody is to come from a device any more. */
enum devices_end { DEVICES_LOST, DEVICES_NOT_ME };

struct devices_lost {
	enum devices_end end; /* asked */
	struct device_record
		record; /* as devices_find found it; ended in this way already: there is nothing to write */
	struct span sealed;
	struct event_draft reported, revoked;
	struct letters told;
};

/* devices_lost_prepare - by the person, or by who may change people. From then on nobody acts from it, what was proven
 * on it is no proof (proof_find), no login begins or ends there, and it is remembered no more; device.revoked says of
 * how many logins that was the end, with a + behind it when there were too many to look at. All addresses of the
 * person, and the owners, are told.
 *
 * DEVICES_NOT_ME ends as much, and is the person's word that somebody else got in from it: it is said by nobody else, and
 * proven, and is an alarm. Fails: DENIED · PERSON_UNPROVEN. */
fallible devices_lost_prepare(
	const struct scene *scene, const struct person *person, struct devices_lost *lost);
fallible devices_lost_write(struct act *act, struct devices_lost *lost);

/* devices_is_ended - whether it ended in this way already; one that is blocked is not lost any more. */
bool devices_is_ended(const struct devices_lost *lost);
