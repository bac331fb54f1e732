/* SPDX-License-Identifier: Apache-2.0 */
/* rotating - `munimentd keys --rotate`: other keys that wrap. */
#pragma once

#include "server/env/conf.h"
#include "server/env/journal.h"

/* rotating_run - rotate what conf->rotate names, and print how many keys were wrapped anew. One that was begun before and
 * cut short is finished first; when it is the same one, that was it.
 *
 * Fails: INPUT · NOT_FOUND no store, or nobody of this id · FORGED an unseal slot, or a key, was put there by somebody
 * else · whatever opening the store fails with. */
fallible rotating_run(const struct conf *conf, struct journal *journal);
