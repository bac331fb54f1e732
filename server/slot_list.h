/* SPDX-License-Identifier: Apache-2.0 */
/* slot_list - what opens a store, for people: one line a slot. */
#pragma once

#include "store/keyring_slots.h"

enum { SLOT_LIST_TEXT = 4096 };

/* slot_list_put - all slots; one that can't be read is listed too, since it can be removed. Below them how
 * often the root key was rotated. Fails: CORRUPT · IO. */
fallible slot_list_put(struct keyring *keyring, struct buf *text);

/* slot_list_ways - which kinds there are: bits 1 << enum slot_kind. Fails: CORRUPT · IO. */
fallible slot_list_ways(struct keyring *keyring, unsigned *ways);
