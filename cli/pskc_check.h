/* SPDX-License-Identifier: Apache-2.0 */
/* pskc_check - what is wrong with the keys of a container, before libpskc reads it: that one takes "1e3" for a counter of 1, knows no
 * seed from a broken one, and looks at no policy. RFC 6030, section 5: a key is for what its policy says, and one whose
 * policy says what nobody knows is for nothing. */
#pragma once

#include "base/arena.h"
#include "base/clock.h"

/* One KeyPackage. */
struct pskc_check_key {
	size_t from, to;   /* of its element in the content */
	const char *why;   /* it is refused; NULL = it may come */
	struct span until; /* the last day that it is for, 2036-05-31; empty = none is said */
	struct span id;
	struct span seed; /* in plain, as far as it is */
};

struct pskc_check {
	struct pskc_check_key *keys;
	size_t count;
};

/* pskc_check_read - each key of a container, in its order, PSKC_IN_KEYS_MAX at most.
 *
 *   content  seeds that were encrypted stand in it in plain
 *   now      dates are compared with it
 *   check    its texts lie in the arena
 * Fails: INVALID it is no whole XML in an encoding that is read, has a document type, or is no container · NO_MEMORY. */
fallible pskc_check_read(
	struct span content, struct instant now, struct arena *arena, struct pskc_check *check);
