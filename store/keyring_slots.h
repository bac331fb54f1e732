/* SPDX-License-Identifier: Apache-2.0 */
/* keyring_slots - the records of unseal slots in the keyring, by number; any one of them opens the store.
 *
 * Each change is one durable commit: after a crash a slot is there as a whole, or not at all. Source: docs/formats.md
 * "unseal slot". */
#pragma once

#include "store/keyring.h"

enum { KEYRING_SLOTS_MAX = 16, KEYRING_SLOTS_RECORD_MAX = 1024 };

/* keyring_slots_add - under the number after the highest; the first is 0. Fails: FULL there are KEYRING_SLOTS_MAX ·
 * IO. */
fallible keyring_slots_add(struct keyring *keyring, struct span record, uint32_t *number);

/* keyring_slots_get - Fails: NOT_FOUND · CORRUPT · IO. */
fallible keyring_slots_get(struct keyring *keyring, uint32_t number, struct buf *record);

/* keyring_slots_list - the numbers of all slots, ascending. Fails: CORRUPT · IO. */
fallible keyring_slots_list(
	struct keyring *keyring, uint32_t numbers[static KEYRING_SLOTS_MAX], size_t *count);

/* keyring_slots_remove - Fails: NOT_FOUND · CONFLICT it is the last one: nothing would open the store · IO. */
fallible keyring_slots_remove(struct keyring *keyring, uint32_t number);

/* keyring_slots_put - another record under a number that is there. Fails: NOT_FOUND · FULL · IO. */
fallible keyring_slots_put(struct keyring_batch *batch, uint32_t number, struct span record);
