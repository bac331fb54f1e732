/* SPDX-License-Identifier: Apache-2.0 */
/* key_rotation - other keys in the place of those that wrap: the root key, a tenant's, a client's. What lies under them is
 * wrapped anew, never replaced: log parts, look-ups, rows and signatures are made with keys that stay (FOUNDATIONS 6, 20).
 *
 *	root    one commit: a new root key sealed to every slot, tenant keys and seed keys under it. Then the shred keys turn
 *	tenant  a new tenant key beside the old one; its keys wrapped anew, some to a commit; then the old one is destroyed
 *	client  a new vault key beside the old one; the caller wraps the data keys anew (server/core/vault/rewraps.h); likewise
 *
 * One at a time. Where it stands lies in the keyring: a start goes on with it. The keeper's own; others ask the keeper.
 * Source: docs/formats.md "key rotation". Thread: steps from one thread at a time; others use keys meanwhile. */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/ids.h"

#include <stdbool.h>
#include <stdint.h>

struct keytree; /* server/keeper/keytree.h */

/* Stored numbers: never renumber. */
enum key_rotation_what { KEY_ROTATION_ROOT = 1, KEY_ROTATION_TENANT = 2, KEY_ROTATION_CLIENT = 3 };
enum key_rotation_stage {
	KEY_ROTATION_WRAPPING = 1, /* both keys open */
	KEY_ROTATION_RETIRING = 2, /* nothing lies under the old one any more; it is to be destroyed */
	KEY_ROTATION_TELLING = 3,  /* it is to be put on record */
};

enum { KEY_ROTATION_AT_ONCE = 128 /* keys of one commit: readers of other keys wait for as long */ };

struct key_rotation {
	enum key_rotation_what what;
	bool deep; /* of a client: its secrets get other data keys */
	enum key_rotation_stage stage;
	struct id id;     /* drawn: of this rotation */
	struct id tenant; /* none: the root */
	struct id client;
	struct instant begun;
	uint64_t done, all; /* keys that were wrapped anew, of how many */
	uint64_t left;      /* of a client: versions whose data key no key opens; they stay as they are */
	uint8_t at_kind;    /* of a tenant: the kind and the key that came last; 0 = none yet */
	struct id at;       /* of a client: the credential that came last */
	uint64_t at_number; /* and its version */
};

/* key_rotation_find - the one that is under way. Fails: NOT_FOUND none · CORRUPT · IO. */
fallible key_rotation_find(struct keytree *tree, struct key_rotation *rotation);

/* key_rotation_begin - the new key is there, and what is made from now on lies under it. Durable on return.
 *
 *   rotation  what, deep, tenant, client, begun and (of a client) all are given; the rest is set
 * Fails: CONFLICT another one is under way · NOT_FOUND the tenant or client has no key · FORGED an unseal slot, or a key,
 * was put there by somebody else · FULL · IO: nothing has begun. */
fallible key_rotation_begin(struct keytree *tree, struct key_rotation *rotation);

/* key_rotation_rewrap - of a tenant: at most KEY_ROTATION_AT_ONCE keys more, or the end of this stage. Fails: FORGED a key that
 * neither key opens: somebody put it there · FULL · IO: nothing more stands than before. */
fallible key_rotation_rewrap(struct keytree *tree, struct key_rotation *rotation);

/* key_rotation_save - where it stands, durably. */
fallible key_rotation_save(struct keytree *tree, const struct key_rotation *rotation);

/* key_rotation_retire - destroy the old key for good; then it is to be told. */
fallible key_rotation_retire(struct keytree *tree, struct key_rotation *rotation);

/* key_rotation_end - it is told: nothing is under way. */
fallible key_rotation_end(struct keytree *tree);
