/* SPDX-License-Identifier: Apache-2.0 */
/* forgetting - remembered devices that end: each with its event, by the server, inside the act of what ends them; and
 * those that their person no longer wants. */
#pragma once

#include "server/core/scene.h"
#include "store/nouns/person.h"
#include "store/nouns/remembered.h"

enum forgetting_cause {
	FORGETTING_REVOKED,  /* the person, or who may change people, wants it so */
	FORGETTING_REPLACED, /* the same application remembers the same device anew; or there were too many */
	FORGETTING_STOLEN,   /* a secret came that had turned long ago */
	FORGETTING_LOST,     /* the device was reported lost */
	FORGETTING_NOT_ME,   /* its person says that somebody else got in from it */
	FORGETTING_FACTOR,   /* a factor was removed or reset */
	FORGETTING_EMAIL,    /* the address is another one */
	FORGETTING_SUSPENDED, /* the person was */
	FORGETTING_REMOVED,   /* the person was */
	FORGETTING_CAUSES,
};

/* forgetting_one - end a series: device.untrusted with the cause. Fails: as event_seal, act_drop. */
fallible forgetting_one(struct act *act, const struct remembered *remembered, enum forgetting_cause cause);

/* forgetting_person - all of a person; forgetting_device - those on one device. Sessions of the pages that stand on what is
 * over by LOST or any later cause end with them. Where there is none nothing is written. Cost: one seek; REMEMBERED_MAX events at most. */
fallible forgetting_person(struct act *act, struct id tenant, struct id person, enum forgetting_cause cause);
fallible forgetting_device(
	struct act *act, struct id tenant, struct id person, struct id device, enum forgetting_cause cause);

/* forgetting_erase - of a person who is erased: the rows go, those of sessions too, without events of their own. */
fallible forgetting_erase(struct act *act, struct id tenant, struct id person);

/* ---- DELETE /v1/remembered/{remembered}, DELETE /v1/people/{person}/remembered ---- */

struct forgetting_ask {
	struct id person; /* whose; found in prepare */
	struct id id;     /* asked: this one alone; none: all of the person */
	size_t count;     /* found in prepare; 0 = there is nothing to write */
};

/* forgetting_prepare - by the person, or by who may change people. Fails: NOT_FOUND there is none that the caller may
 * see · DENIED. */
fallible forgetting_prepare(
	const struct scene *scene, const struct person *person, struct forgetting_ask *ask);
fallible forgetting_write(struct act *act, struct id tenant, const struct forgetting_ask *ask);
