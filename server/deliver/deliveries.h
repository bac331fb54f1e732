/* SPDX-License-Identifier: Apache-2.0 */
/* deliveries - what became of the mail with a code, written to the verification that waits for it: its application learns
 * whether the mail server took it. */
#pragma once

#include "store/nouns/notice.h"
#include "store/nouns/verification.h"

/* deliveries_note - inside an act that settles a notice. One that carries no code, or a code that is worth nothing any
 * more, changes nothing.
 *
 *   reply  of the mail server; 0 = none came
 * Fails: as verification_put. */
fallible deliveries_note(
	struct act *act, const struct notice *notice, enum verification_mail delivery, int reply);
