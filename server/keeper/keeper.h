/* SPDX-License-Identifier: Apache-2.0 */
/* keeper - the only holder of the root key and of everything below it. Others ask it to do things with keys;
 * no function gives one out, but for the single-use key of one part of one event.
 *
 *	root -> tenant key -> client keys -> data key of a credential's version (or a vault key beside it: key_rotation.h)
 *	root -> tenant key -> person keys, index key, log key of the month, signing keys, keys of a day
 *	root -> seed root -> seed key of a tenant (TOTP seeds)
 *	root -> token, idempotency, cursor and audit keys of the server
 * Source: FOUNDATIONS 19, 20, 23; docs/formats.md "keys". Thread: every function from any thread. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "crypto/secret.h"
#include "crypto/sign.h"
#include "server/keeper/key_rotation.h"
#include "server/keeper/slots.h"
#include "store/keys.h"
#include "store/kv.h"

struct keeper; /* opaque */

struct keeper_ask {
	const struct kv_backend *backend;
	const char *directory;      /* of the volume */
	struct slots_secret unseal; /* what was brought; a new store takes a key file's */
	struct secret_arena *arena; /* outlives the keeper */
	bool create;
};

/* keeper_open - open (or make) the keyring and the root key. Fails: as slots_open · NOT_FOUND ·
 * CONFLICT · IO. */
fallible keeper_open(const struct keeper_ask *ask, struct keeper **keeper);
void keeper_close(struct keeper *keeper); /* takes NULL */

/* keeper_keys - what the store may ask; lives as long as the keeper. */
const struct keys *keeper_keys(const struct keeper *keeper);

/* keeper_keyring - for whoever lists what opens the store (server/slot_list.h); lives as long as the keeper. */
struct keyring *keeper_keyring(const struct keeper *keeper);

/* ---- making and destroying; each but keeper_make_subject is durable in keyring/ before it returns (FOUNDATIONS 19) ---- */

/* keeper_make_tenant - a tenant's key and all that it has from its first day. keeper_make_subject - the key of a person or
 * a client, to be used at once; the committer makes it durable before the act that leans on it (keys.save_new). Fails:
 * NOT_FOUND no such tenant · FORGED · FULL · IO. */
fallible keeper_make_tenant(struct keeper *keeper, struct id tenant);
fallible keeper_make_subject(struct keeper *keeper, struct id tenant, const struct subject *subject);

/* keeper_drop_subject - take back a key that no row was ever written for; nothing else is dropped like this. */
fallible keeper_drop_subject(struct keeper *keeper, struct id tenant, const struct subject *subject);

/* keeper_destroy - the keys of the subjects of a clearance, for good: the shred keys of their buckets turn, every
 * cache is emptied. Keys that are gone are nothing to do. Fails: FULL · IO · DENIED the clearance is for something
 * else. */
struct hold_clearance; /* store/nouns/hold.h */
fallible keeper_destroy(struct keeper *keeper, const struct hold_clearance *clearance);

/* keeper_turn - when a day has passed since the last time: all shred keys turn, and what was sealed more than
 * KEEPER_SHORT_DAYS ago is gone with its key (FOUNDATIONS 23). The first day begins with the first call.
 * keeper_settle - at start: finish a turn that a crash interrupted. */
enum { KEEPER_SHORT_DAYS = 9 }; /* a mail is tried for seven at most */
fallible keeper_turn(struct keeper *keeper, struct instant now);
fallible keeper_settle(struct keeper *keeper);

/* keeper_turn_search - another search key: from now on nothing that the index holds of the tenant's sealed
 * texts means anything. The texts are searched all the same, slower, until the index has been made anew. */
fallible keeper_turn_search(struct keeper *keeper, struct id tenant);

/* ---- rotating: as key_rotation_find and the others of server/keeper/key_rotation.h ---- */

fallible keeper_rotation_find(struct keeper *keeper, struct key_rotation *rotation);
fallible keeper_rotation_begin(struct keeper *keeper, struct key_rotation *rotation);
fallible keeper_rotation_rewrap(struct keeper *keeper, struct key_rotation *rotation);
fallible keeper_rotation_save(struct keeper *keeper, const struct key_rotation *rotation);
fallible keeper_rotation_retire(struct keeper *keeper, struct key_rotation *rotation);
fallible keeper_rotation_end(struct keeper *keeper);

/* ---- looking for what was changed by hand ---- */

/* keeper_check_some - as key_check_some of server/keeper/key_check.h. keeper_met_forged - whether a wrap that was asked for did
 * not open in its place, since this was asked last. */
struct key_check;
fallible keeper_check_some(struct keeper *keeper, struct key_check *check);
bool keeper_met_forged(struct keeper *keeper);

/* ---- hashes and MACs under the server's own keys ---- */

/* What a MAC is for; each use has a key of its own. The order is stored (KEYRING_SERVER): append only, and its label to
 * keytree.c. */
enum keeper_use {
	KEEPER_TOKEN,
	KEEPER_CURSOR,
	KEEPER_IDEMPOTENCY,
	KEEPER_CODE,
	KEEPER_DUO,
	KEEPER_USE_COUNT
};

/* keeper_hash - the MAC of the parts, each with its length, under the key of a use. */
void keeper_hash(const struct keeper *keeper, enum keeper_use use, const struct span *parts, size_t count,
	uint8_t out[static HASH_BLAKE]);

/* keeper_decoy - 32 bytes that only the tenant's decoy key gives for a text: what a person who does not exist
 * is made of. */
fallible keeper_decoy(
	struct keeper *keeper, struct id tenant, struct span text, uint8_t out[static HASH_BLAKE]);

/* ---- sealing ---- */

/* A TOTP seed, under the tenant's seed key; context names person (client), factor (object) and version. Fail: NOT_FOUND
 * the tenant's key is gone · FORGED another place or content · NO_MEMORY no locked memory is left. */
fallible keeper_seal_seed(
	struct keeper *keeper, struct seal_context context, struct span seed, struct buf *record);
fallible keeper_open_seed(
	struct keeper *keeper, struct seal_context context, struct span record, struct secret *seed);

/* Fields of one version of a credential: a fresh data key wrapped under the client's key, then each field
 * under the data key. The context names tenant, client, credential (object), version and max_modes;
 * field_type the field. Fail: NOT_FOUND the client's key is gone · FORGED another place or content · NO_MEMORY. */
fallible keeper_make_data_key(
	struct keeper *keeper, struct seal_context context, uint8_t wrapped[static SEAL_WRAPPED]);
fallible keeper_seal_field(struct keeper *keeper, struct seal_context context, struct span wrapped,
	struct span plain, struct buf *record);
fallible keeper_open_field(struct keeper *keeper, struct seal_context context, struct span wrapped,
	struct span record, struct secret *plain);

/* keeper_rewrap_data_key - the same data key under what wraps the client's new ones. keeper_renew_field - what lies under
 * one data key, in a new record under another one; nothing leaves the keeper in clear. Fails: NOT_FOUND a key is gone ·
 * FORGED. */
fallible keeper_rewrap_data_key(struct keeper *keeper, struct seal_context context, struct span wrapped,
	uint8_t again[static SEAL_WRAPPED]);

struct keeper_renewal {
	struct seal_context context; /* of the field, before and after */
	struct span wrapped;         /* the data key that the record lies under */
	struct span record;
	struct span fresh; /* the data key that it shall lie under */
};
fallible keeper_renew_field(struct keeper *keeper, const struct keeper_renewal *renewal, struct buf *record);

/* Short-lived: under a key of the tenant that dies with its day (FOUNDATIONS 23).
 *
 *   day  days since 1970; a key that is not there yet is made by keeper_seal_short
 * Fail: NOT_FOUND the key died · FORGED another place or content · FULL · IO. */
fallible keeper_seal_short(struct keeper *keeper, struct id tenant, uint32_t day, struct id object,
	struct span plain, struct buf *record);
fallible keeper_open_short(struct keeper *keeper, struct id tenant, uint32_t day, struct id object,
	struct span record, struct buf *plain);

/* ---- signatures ---- */

/* keeper_public - the public halves of a tenant's two signing keys. keeper_receipt_public - that of the one that signs
 * receipts. */
fallible keeper_public(struct keeper *keeper, struct id tenant, uint8_t checkpoint[static SIGN_PUBLIC],
	uint8_t receipt[static SIGN_PUBLIC]);
fallible keeper_receipt_public(struct keeper *keeper, struct id tenant, uint8_t receipt[static SIGN_PUBLIC]);
fallible keeper_sign_receipt(struct keeper *keeper, struct id tenant, struct span message,
	uint8_t signature[static SIGN_SIGNATURE]);

/* keeper_mark - what was signed last as the tenant's log. Fails: NOT_FOUND nothing yet · FORGED it was
 * changed by hand. */
struct keyring_mark;
fallible keeper_mark(struct keeper *keeper, struct id tenant, struct keyring_mark *mark);
