/* SPDX-License-Identifier: Apache-2.0 */
/* rotations - what is noted of the duty to change a secret that somebody knows: by when it will be done, or that
 * the client wants it left as it is. The duty itself comes from server/core/vault/exposures.h and ends with the new
 * version. */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "server/core/vault/exposures.h"
#include "store/nouns/rotation.h"

struct rotations_note {
	/* asked */
	struct span credential;  /* crd_… */
	struct span person;      /* id or ref: who knows */
	enum rotation_note note; /* NONE takes back what stood there */
	struct instant due;
	struct span reason;
	/* prepared */
	const char *fault; /* after INVALID: the member that is at fault; static */
	struct exposures_item item;
	struct rotation row;
	struct rotation before; /* what was noted so far */
	struct span sealed;
	struct event_draft draft;
	struct letters told; /* the owners, when the client leaves it as it is */
};

/* rotations_note_prepare, _write - whoever sees the client may plan; only a proven contact of the client's waives, and
 * takes a waiver back.
 * Fails: NOT_FOUND outside what the caller sees, or the person knows nothing of it · CONFLICT nothing is owed ·
 * PERSON_UNPROVEN · DENIED somebody else waives · INVALID with note->fault: a day that is over · STALE. */
fallible rotations_note_prepare(const struct scene *scene, struct rotations_note *note);
fallible rotations_note_write(struct act *act, struct rotations_note *note);

/* rotations_knows - whether the ledger has a line of this person about this client's: a contact sees nobody
 * else. */
fallible rotations_knows(
	const struct view *view, struct id tenant, struct id person, struct id client, bool *knows);
