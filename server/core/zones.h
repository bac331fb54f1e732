/* SPDX-License-Identifier: Apache-2.0 */
/* zones - the rule of a time zone, by the files of Debian's tzdata. The only door to them; asked when a policy is set, never
 * while somebody signs in. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum { ZONES_NAME_MAX = 64 };

/* zones_rule - the line that ends a zone's file, and the spells from 2026 on that its turns tell otherwise, for
 * base/zone_rule.h. No log of ours is older.
 *
 *   name  "Europe/Helsinki"
 *   rule  in the arena
 * Fails: INVALID there is no such zone, or it has no rule · NO_MEMORY. */
fallible zones_rule(struct span name, struct arena *arena, struct span *rule);
