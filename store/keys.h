/* SPDX-License-Identifier: Apache-2.0 */
/* keys - what the store may ask of the holder of keys; server/keeper fills the table at start. No function
 * gives out a key other than the key of one part of one event (FOUNDATIONS 20). Every function may be called
 * from any thread. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/ids.h"
#include "crypto/hash.h"
#include "crypto/part.h"
#include "crypto/seal.h"

enum { KEYS_MAC = 16, KEYS_TERM = 16 };

/* Under whose key something lies. Stored in leaves and rows: never renumber. */
enum subject_kind {
	SUBJECT_TENANT = 1, /* the tenant's log key of a month: epoch is year * 12 + month - 1 */
	SUBJECT_PERSON = 2,
	SUBJECT_CLIENT = 3,
};

struct subject {
	enum subject_kind kind;
	struct id id; /* none for the tenant */
};

struct keys {
	void *keeper;

	/* The key of one part of one event. For SUBJECT_TENANT epoch is given, else it is set to the subject
	 * key's epoch.
	 * Fails: NOT_FOUND the subject's key is gone (erased) · BUSY sealed. */
	fallible (*part_key)(void *keeper, struct id tenant, const struct subject *subject, struct id event,
		enum part_kind kind, uint32_t *epoch, struct part_key *key);

	/* Seal or open personal data of a state row under its subject; tenant and client (the subject's id)
	 * of the context are filled in here. Fails as seal_box, seal_open, and as part_key. */
	fallible (*seal_row)(void *keeper, struct id tenant, const struct subject *subject,
		struct seal_context context, struct span plain, struct buf *out);
	fallible (*open_row)(void *keeper, struct id tenant, const struct subject *subject,
		struct seal_context context, struct span record, struct buf *plain);

	/* A keyed hash of a text for look-ups inside one tenant; label names the use. Fails: BUSY sealed ·
	 * NOT_FOUND. */
	fallible (*term)(void *keeper, struct id tenant, const char *label, struct span text,
		uint8_t term[static KEYS_TERM]);

	/* Hashes of what a search goes by (store/words.h), under the tenant's search key of the moment, which an
	 * erasure turns.
	 *
	 *   epoch   of that key: hashes of different epochs do not compare
	 *   tokens  count of them
	 * Fails: BUSY sealed · NOT_FOUND no such tenant. */
	fallible (*search_tokens)(void *keeper, struct id tenant, const struct span *items, size_t count,
		uint32_t *epoch, uint32_t *tokens);

	/* The audit key: MACs of rows, the head's MAC, terms of the head's sum. */
	void (*mac)(void *keeper, const struct span *parts, size_t count, uint8_t mac[static KEYS_MAC]);
	void (*sum_term)(
		void *keeper, const struct span *parts, size_t count, uint8_t term[static HASH_WIDE]);

	/* Sign a checkpoint's text as the tenant's log; the high-water mark is durable in keyring/ before
	 * this returns.
	 * Fails: CORRUPT it would contradict what was signed before · IO · FULL · BUSY sealed. */
	fallible (*sign_checkpoint)(void *keeper, struct id tenant, struct span text, uint64_t size,
		const uint8_t root[static HASH_SHA256], struct buf *note);

	/* That the data key of a new version lies under what wraps the client's data keys now; a rotation may have come in
	 * between. Fails: STALE it does not · NOT_FOUND the client's key is gone · BUSY sealed. */
	fallible (*check_data_key)(void *keeper, struct id tenant, struct id client, struct span wrapped);

	/* Make durable what keys were drawn since the last time: before the acts of a batch are, whose texts may lie under them.
	 * Fails: FULL · IO: the next call tries again. */
	fallible (*save_new)(void *keeper);

	/* A keyed hash of an e-mail address for the one look-up that comes before any tenant is known: who signs in. */
	void (*mailbox)(void *keeper, struct span address, uint8_t term[static KEYS_TERM]);
};
