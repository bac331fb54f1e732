/* SPDX-License-Identifier: Apache-2.0 */
/* keytree - every key below the root: unwrapped on the way down, a little of them kept in locked memory. The
 * keeper's own; nobody else asks it. Thread: every function from any thread, between open and close. */
#pragma once

#include "server/keeper/cache.h"
#include "server/keeper/keeper.h"
#include "server/keeper/new_keys.h"
#include "store/keyring.h"

#include <pthread.h>
#include <stdatomic.h>

/* Server-wide keys, in one locked cell. The first three go with the root key, under `moving`; the others came from the first
 * root key there was, and stay. */
struct keytree_roots {
	struct seal_key root;
	struct seal_key keyring; /* wraps tenant keys */
	struct seal_key seeds;   /* wraps seed keys */
	struct mac_key audit;    /* MACs of rows, of the head and of high-water marks */
	struct mac_key sum;      /* terms of the head's sum */
	struct mac_key uses[KEEPER_USE_COUNT];
};

struct keytree {
	struct keyring *keyring;
	struct cache *cache;
	struct new_keys new; /* not in the keyring yet */
	const struct keytree_roots *roots;
	struct secret cell;     /* where the roots lie */
	pthread_mutex_t making; /* one thread at a time makes a key on demand */
	/* Read by whoever goes from a key to the one above it, or puts a new one under it; written when the one above is
	 * another one from now on (server/keeper/key_rotation.h). */
	pthread_rwlock_t moving;
	atomic_bool met_forged; /* a wrap that was asked for did not open in its place */
};

/* keytree_open - the keyring, and the root key by what unseals it. Fails: as keeper_open; the tree is closed
 * then. */
fallible keytree_open(const struct keeper_ask *ask, struct keytree *tree);
void keytree_close(struct keytree *tree);

/* keytree_name - a tenant's own key of a kind. keytree_name_of - that of one of its people or clients.
 * keytree_name_numbered - that of a month or a day. */
struct keyring_name keytree_name(enum keyring_kind kind, struct id tenant);
struct keyring_name keytree_name_of(enum keyring_kind kind, struct id tenant, struct id id);
struct keyring_name keytree_name_numbered(enum keyring_kind kind, struct id tenant, uint32_t number);

/* The server's own keys by number, from 1: stored numbers, see keeper.h. Once the root key was rotated they lie in the
 * keyring, since they can be made from no later one. */
enum { KEYTREE_SERVER_COUNT = 1 + 2 + KEEPER_USE_COUNT };
uint8_t *keytree_server_key(struct keytree_roots *roots, unsigned number);

/* keytree_set_root - root, keyring key and seed root; with `moving` held for writing, or before anybody asks. */
void keytree_set_root(struct keytree_roots *roots, const struct seal_key *root);

/* What wraps a kind of key. */
enum keytree_parent { KEYTREE_UNDER_ROOT, KEYTREE_UNDER_SEEDS, KEYTREE_UNDER_TENANT };
enum keytree_parent keytree_parent(enum keyring_kind kind);

/* keytree_wrap, keytree_unwrap - one key under the one above it; a row names and counts what it holds. */
fallible keytree_wrap(
	const struct seal_key *parent, const uint8_t key[static SEAL_KEY], struct keyring_row *row);
fallible keytree_unwrap(const struct seal_key *parent, const struct keyring_row *row, struct seal_key *key);

/* keytree_draw_epoch - another epoch than the one before, and than the first one. */
enum { KEYTREE_FIRST_EPOCH = 1 };
uint32_t keytree_draw_epoch(uint32_t before);

/* keytree_find - Fails: NOT_FOUND never made, or destroyed · FORGED · IO. */
fallible keytree_find(
	struct keytree *tree, const struct keyring_name *name, struct seal_key *key, uint32_t *epoch);

/* keytree_find_index - what a tenant's index key gives for one use. It is kept as that key itself is, and forgotten with it.
 *
 *   label  of the use; one of 1 to 16 bytes is found again without deriving
 * Fails: as keytree_find. */
fallible keytree_find_index(struct keytree *tree, struct id tenant, const char *label, struct seal_key *key);

/* keytree_find_rows - the key of the state rows of a person or a client. A client's is kept likewise. Fails: as keytree_find. */
fallible keytree_find_rows(struct keytree *tree, const struct keyring_name *subject, struct seal_key *key);

/* keytree_check - that a wrap opens in its place, as it lies in the keyring now, whatever the cache has. Fails: NOT_FOUND it
 * is gone · FORGED · CORRUPT · IO. */
fallible keytree_check(struct keytree *tree, const struct keyring_name *name);

/* keytree_find_or_make - a key that comes into being when it is first needed: of a month, of a day. */
fallible keytree_find_or_make(struct keytree *tree, const struct keyring_name *name, struct seal_key *key);

/* keytree_make_tenant - a tenant's key and all that a tenant has from its first day, in one commit. Durable on return. */
fallible keytree_make_tenant(struct keytree *tree, struct id tenant);

/* keytree_make - draw one key, which is there from now on and durable with the next keytree_save_new: nothing that leans on it may be
 * durable before. Fails: as keytree_find of the key above · as keytree_save_new. keytree_save_new - Fails: FULL · IO: the keys
 * stay as they were, and the next call tries again. */
fallible keytree_make(struct keytree *tree, const struct keyring_name *name);
fallible keytree_save_new(struct keytree *tree);

/* keytree_turn - another key, of an epoch that no key of the name had, in place of what there was; durably. */
fallible keytree_turn(struct keytree *tree, const struct keyring_name *name);

/* keytree_drop - destroy a wrap, durably, and forget the key. keytree_destroy - the same for good, as
 * keyring_destroy. */
fallible keytree_drop(struct keytree *tree, const struct keyring_name *name);
fallible keytree_destroy(struct keytree *tree, const struct keyring_name *names, size_t count);
