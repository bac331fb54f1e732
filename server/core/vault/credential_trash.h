/* SPDX-License-Identifier: Apache-2.0 */
/* credential_trash - archived credentials can be had back for a month; then they are shredded: the keys of every version are
 * deleted with their rows, the label too, and what is left says that there was one. */
#pragma once

#include "server/core/due.h"
#include "server/core/scene.h"
#include "store/nouns/credential.h"

struct credential_trash {
	struct credential credential; /* of credentials_find; afterwards as it is then */
	/* prepared */
	uint64_t row;
	struct instant ends; /* of one in the trash */
	struct span sealed;
	struct event event; /* of a shredding: what the act completes and seals */
	struct event_draft draft;
};

/* credential_trash_archive_prepare, _write - no use, no new version any more; what was seen of it stays in the ledger.
 * Fails: CONFLICT it is archived already · EXPIRED it is shredded · STALE. */
fallible credential_trash_archive_prepare(const struct scene *scene, struct credential_trash *trash);
fallible credential_trash_archive_write(struct act *act, struct credential_trash *trash);

/* credential_trash_restore_prepare, _write - out of the trash: as it was, and its grants with it. Fails: CONFLICT it is not
 * archived, or the client has left · EXPIRED · STALE. */
fallible credential_trash_restore_prepare(const struct scene *scene, struct credential_trash *trash);
fallible credential_trash_restore_write(struct act *act, struct credential_trash *trash);

/* credential_trash_shred_prepare, _write - at once, out of the trash or not, by an owner who proved it.
 * Fails: PERSON_UNPROVEN · DENIED · EXPIRED it is shredded already · HELD a hold on the client forbids it · STALE. */
fallible credential_trash_shred_prepare(const struct scene *scene, struct credential_trash *trash);
fallible credential_trash_shred_write(struct act *act, struct credential_trash *trash);

/* credential_trash_sweep - in housekeeping, as due_sweep_turn runs it: shred what is due, at most CREDENTIAL_TRASH_AT_ONCE of it and
 * at most max. What a hold forbids waits another day. */
enum { CREDENTIAL_TRASH_AT_ONCE = 16 };
fallible credential_trash_sweep(struct act *act, size_t max, struct due_round *round);
