/* SPDX-License-Identifier: Apache-2.0 */
/* rotation - what was noted of the duty to change a secret that somebody knows: that it is planned, or that the
 * client waives it. The duty itself stands in no row: it follows from the ledger (policies/rotation_rules.h).
 * Source: docs/formats.md "rotation". */
#pragma once

#include "base/arena.h"
#include "policies/rotation_rules.h"
#include "store/nouns/noun.h"

enum { ROTATION_REASON_MAX = 500 };

struct rotation {
	struct id tenant;
	struct id person; /* who knows */
	struct id credential;
	uint64_t number;  /* which version */
	struct id client; /* of the credential: the reason is sealed under it */
	enum rotation_note note;
	struct id by; /* who noted it: person, or application that acted as itself */
	bool by_person;
	struct instant noted;
	struct instant due; /* by when, of what is planned; ms 0 = not said */
	struct span reason; /* sealed; of what is waived */
};

/* rotation_get - by tenant, person, credential and number of *rotation; fills the rest. The reason lies in the
 * arena; after the client's erasure it is empty. Fails: NOT_FOUND nothing was noted · FORGED · CORRUPT. */
fallible rotation_get(const struct view *view, struct arena *arena, struct rotation *rotation);

/* rotation_get_note - only what was noted, and until when; NONE where nothing was: nothing is opened. Fails: FORGED ·
 * CORRUPT. */
fallible rotation_get_note(const struct view *view, struct rotation *rotation);

/* rotation_seal - the sealed reason, in prepare; rotation_put - the row, in the act, in place of what stood
 * there. */
fallible rotation_seal(const struct keys *keys, const struct rotation *rotation, struct buf *sealed);
fallible rotation_put(struct act *act, const struct rotation *rotation, struct span sealed);

/* rotation_put_told - in the act: the client was told that it is due; of tenant, person, credential and number of *rotation.
 * rotation_is_told - whether it was. Fails: FORGED · CORRUPT. */
fallible rotation_put_told(struct act *act, const struct rotation *rotation);
fallible rotation_is_told(const struct view *view, const struct rotation *rotation, bool *told);
