/* SPDX-License-Identifier: Apache-2.0 */
/* rotating - `munimentd keys --rotate`: other keys that wrap. */
#pragma once

#include "server/env/conf.h"
#include "server/env/journal.h"

/* rotating_run - rotate what conf->rotate names, and print how many keys were wrapped anew. A server that has the store
 * open does it, asked over its local socket, and this waits. At rest one that was begun before and
 * cut short is finished first; when it is the same one, that was it.
 *
 * Fails: INPUT · NOT_FOUND no store, or nobody of this id · BUSY, IO the server can't · FORGED an unseal slot, or a key, was put there by somebody
 * else · whatever opening the store fails with. */
fallible rotating_run(const struct conf *conf, struct journal *journal);
