/* SPDX-License-Identifier: Apache-2.0 */
/* slots - what opens a store: any of its unseal slots, by what was brought. The root key that a slot gives stays inside
 * server/keeper. Source: docs/formats.md "unseal slot". */
#pragma once

#include "crypto/passphrase.h"
#include "crypto/share.h"
#include "crypto/slot.h"
#include "store/keyring_slots.h"

/* What was brought to open a store; the caller wipes it. */
struct slots_secret {
	enum slot_kind kind;
	struct span text;           /* SLOT_SECRET bytes, or the passphrase as it was typed */
	const struct share *shares; /* for SLOT_SHARES */
	size_t count;
};

/* A slot that shall be made. */
struct slots_ask {
	enum slot_kind kind;
	struct span text;            /* as above */
	struct passphrase_cost cost; /* for SLOT_PASSPHRASE */
	size_t least;                /* for SLOT_SHARES: of how many shares how many open */
	size_t count;
};

/* slots_open - the root key, by the first slot that what was brought opens. For keytree alone.
 *
 * Fails: INPUT a secret that is not SLOT_SECRET bytes long, an empty passphrase, too few shares, or one twice ·
 * FORGED the store has no slot of this kind, or none of them opens; or a share is wrong, or of a set that opens nothing
 * here (slots_check_share says which) · CORRUPT · NO_MEMORY. Cost: a passphrase is stretched for each slot that
 * takes one. */
fallible slots_open(struct keyring *keyring, const struct slots_secret *secret, struct seal_key *root);

/* slots_reseal - every slot for another root key, whose generation is one more than the last; none of their secrets is
 * needed. For rotation alone.
 *
 *   batch  gets all of it
 * Fails: FORGED a slot was not made with the root key of before: somebody put it there, or broke it · FULL · IO. */
fallible slots_reseal(struct keyring_batch *batch, const struct seal_key *before,
	const struct seal_key *after, struct instant now);

/* slots_generation - of the root key, from 1, and when it came; ms 0 = with the store. Anybody may have written it. */
fallible slots_generation(struct keyring *keyring, uint32_t *generation, struct instant *since);

/* slots_make_first - the only slot of a new store. For keytree alone. */
fallible slots_make_first(
	struct keyring *keyring, const struct slots_secret *secret, const struct seal_key *root);

/* slots_check_share - a share against the sets of this store, before it is combined with others.
 *
 *   least  how many of its set open the store
 * Fails: FORGED it is wrong, or of another set. */
fallible slots_check_share(struct keyring *keyring, const struct share *share, uint8_t *least);

/* slots_add - one more slot, by what opens one that is there. Durable on return.
 *
 *   shares  count of them, set on success; NULL for other kinds. Owns: the caller wipes them
 * Fails: as slots_open · INPUT what is asked for can't be · FULL. */
fallible slots_add(struct keyring *keyring, const struct slots_secret *by, const struct slots_ask *ask,
	struct share *shares, uint32_t *number);
