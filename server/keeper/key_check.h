/* SPDX-License-Identifier: Apache-2.0 */
/* key_check - whether every wrapped key of the keyring opens in its own place: the head row of data/ knows nothing of them.
 * The keeper's own. */
#pragma once

#include "server/keeper/keytree.h"

enum { KEY_CHECK_SLICE = 64 };

/* Where it stands, and what it found; zeroed at the beginning. */
struct key_check {
	struct keyring_walk walk; /* its kind 0 = it has not begun */
	uint64_t count;           /* of keys that open */
	bool is_over;
	bool is_forged;
	struct keyring_name forged; /* the first one that does not open */
};

/* key_check_some - the next KEY_CHECK_SLICE keys; what was destroyed or wrapped anew meanwhile is no fault. Others read and
 * put keys between two slices. Fails: IO · NO_MEMORY. */
fallible key_check_some(struct keytree *tree, struct key_check *check);
