/* SPDX-License-Identifier: Apache-2.0 */
/* agent_cache - what was found out about user agents: a fixed number of them, by hash; a newer one takes the
 * place of the one that was asked for longest ago. */
#pragma once

#include "server/core/agent.h"

enum { AGENT_CACHE_SETS = 512, AGENT_CACHE_WAYS = 4 };

struct agent_cache; /* opaque; thread-safe */

/* agent_cache_open - Fails: NO_MEMORY. Owns: agent_cache_close, which takes NULL. */
fallible agent_cache_open(struct agent_cache **cache);
void agent_cache_close(struct agent_cache *cache);

/* agent_cache_get - false when nothing is kept of it. agent_cache_put - keep it, in the place of another one when there is
 * no room. */
bool agent_cache_get(struct agent_cache *cache, struct span user_agent, struct agent *agent);
void agent_cache_put(struct agent_cache *cache, struct span user_agent, const struct agent *agent);
