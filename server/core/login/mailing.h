/* SPDX-License-Identifier: Apache-2.0 */
/* mailing - the codes that a verification mails: when another one goes out, and who is slowed before it is a flood.
 *
 * After the first code another one is to be had after 30 seconds, then after 60, then every 120; the newest three count.
 * Besides, codes are counted by person, address, application, network of the device and tenant, however many
 * verifications are opened; of nobody they are counted the same. A device that got in before has as many of its own as a
 * person has, so that no stranger uses up its person's codes; after these it shares the others'. */
#pragma once

#include "server/core/login/braking.h"
#include "server/core/scene.h"

struct verifications_ask; /* server/core/login/verifications.h */
struct method;            /* server/core/login/methods.h */

/* As prepared. */
struct mailing {
	bool asked;
	struct braking own;    /* of a device that got in before; else of no brakes */
	struct braking shared; /* with all others */
	int64_t wait_ms;       /* until another code may be mailed; 0 = now */
};

/* mailing_cool_ms - how long it is until the verification may mail another code, whoever else is mailed. */
int64_t mailing_cool_ms(const struct verifications_ask *ask, struct instant now);

/* mailing_prepare - a code was asked for, and nothing else forbids it: draw and seal it, unless it has to wait.
 * Fails: as mailcodes_draw. */
fallible mailing_prepare(
	const struct scene *scene, const struct method *method, struct verifications_ask *ask);

/* mailing_look - nothing is asked for: how long it is until another code may be mailed, once one was.
 *
 *   method  NULL: none is mailed any more */
fallible mailing_look(const struct scene *scene, const struct method *method, struct verifications_ask *ask);

/* mailing_write - count it and queue it. Fails: STALE another one was mailed meanwhile. */
fallible mailing_write(struct act *act, struct verifications_ask *ask);
