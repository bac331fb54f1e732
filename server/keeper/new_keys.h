/* SPDX-License-Identifier: Apache-2.0 */
/* new_keys - keys of people and clients that were drawn and are not in the keyring yet. All of them become durable together, in one
 * commit, just before the acts that lean on them: so nobody waits for the disk to draw a key, and a hundred newcomers cost one flush
 * (FOUNDATIONS 19). The keeper's own; the keys lie here as in the keyring, wrapped. Thread: every function from any thread. */
#pragma once

#include "store/keyring.h"

#include <pthread.h>

enum { NEW_KEYS_MAX = 256 }; /* one more makes all durable at once */

struct new_keys {
	pthread_mutex_t lock;   /* of the rows */
	pthread_mutex_t saving; /* one save at a time; taken before lock */
	size_t count;
	struct keyring_row rows[NEW_KEYS_MAX];
};

/* new_keys_open - none. new_keys_close - what was not saved belongs to nobody's act. */
void new_keys_open(struct new_keys *keys);
void new_keys_close(struct new_keys *keys);

/* new_keys_add - Fails: as new_keys_save, when there were too many. */
fallible new_keys_add(struct new_keys *keys, struct keyring *keyring, const struct keyring_row *row);

/* new_keys_find - whether it is among them; then it may be in the keyring as well, else it is there or nowhere. */
bool new_keys_find(struct new_keys *keys, const struct keyring_name *name, struct keyring_row *row);

/* new_keys_save - durable on return are all that were added before. Fails: FULL · IO: they are still here. */
fallible new_keys_save(struct new_keys *keys, struct keyring *keyring);
