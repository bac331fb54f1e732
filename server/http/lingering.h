/* SPDX-License-Identifier: Apache-2.0 */
/* lingering - connections that were answered before their client had sent everything. A socket that is closed with bytes unread is
 * reset, and the answer is lost with it: so what still comes is thrown away for a while, by a thread of its own. */
#pragma once

#include "base/err.h"

#include <stddef.h>

enum {
	LINGER_AT_ONCE = 64,                 /* connections */
	LINGER_MS = 5000,                    /* of one */
	LINGER_BYTES_MAX = 32 * 1024 * 1024, /* of one */
};

struct lingering; /* opaque */

/* lingering_open - Fails: NO_MEMORY · IO no descriptor or thread. */
fallible lingering_open(struct lingering **lingering);

/* lingering_close - end the thread and whatever lingers. Takes NULL. */
void lingering_close(struct lingering *lingering);

/* lingering_take - go on with a connection whose answer was sent, in a duplicate of its descriptor, which stays the caller's: the
 * client is told that nothing more comes, and is listened to until it closes. Without room for another one nothing
 * happens. Thread: any. */
void lingering_take(struct lingering *lingering, int fd);
