/* SPDX-License-Identifier: Apache-2.0 */
/* key_slots - `munimentd keys`: list, add and remove what opens a store at rest. */
#pragma once

#include "server/env/conf.h"
#include "server/env/journal.h"

/* key_slots_run - without flags print the slots, one a line, and how often the root key was rotated; --add makes one more, by
 * what opens the store now; --remove takes one away; --rotate: rotating_run. Each of the first
 * two is one durable write: after a crash the slot is there as a whole or not at all.
 *
 * Fails: INPUT two of the flags together, or what they name can't be · NOT_FOUND no store, or no such slot · CONFLICT
 * the last slot is not removed; the new key file is there already · LOCKED_DIRECTORY a server has the store open: then
 * it lists them, and nothing is changed · whatever opening it fails with. */
fallible key_slots_run(const struct conf *conf, struct journal *journal);
