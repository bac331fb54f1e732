/* SPDX-License-Identifier: Apache-2.0 */
/* What the cache of user agents keeps, and what it gives up. */
#include "server/core/agent_cache.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct agent named(const char *browser)
{
	struct agent agent = {.kind = AGENT_KIND_PHONE};
	snprintf(agent.browser, sizeof agent.browser, "%s", browser);
	return agent;
}

static struct span name_of(unsigned number, char out[static 32])
{
	snprintf(out, 32, "agent %u", number);
	return span_text(out);
}

Test(agent_cache, gives_back_what_was_put_and_nothing_for_another)
{
	struct agent_cache *cache;
	struct agent found, put = named("Firefox 128");
	cr_assert(!err_failed(agent_cache_open(&cache)));
	cr_assert(!agent_cache_get(cache, SPAN_LIT("a"), &found));
	agent_cache_put(cache, SPAN_LIT("a"), &put);
	cr_assert(agent_cache_get(cache, SPAN_LIT("a"), &found));
	cr_assert(strcmp(found.browser, "Firefox 128") == 0 && found.kind == AGENT_KIND_PHONE);
	cr_assert(!agent_cache_get(cache, SPAN_LIT("A"), &found));
	agent_cache_close(cache);
}

Test(agent_cache, a_second_put_replaces_the_first)
{
	struct agent_cache *cache;
	struct agent found, first = named("one"), second = named("two");
	cr_assert(!err_failed(agent_cache_open(&cache)));
	agent_cache_put(cache, SPAN_LIT("a"), &first);
	agent_cache_put(cache, SPAN_LIT("a"), &second);
	cr_assert(agent_cache_get(cache, SPAN_LIT("a"), &found) && strcmp(found.browser, "two") == 0);
	agent_cache_close(cache);
}

Test(agent_cache, a_flood_takes_the_places_of_what_nobody_asks_for)
{
	enum { FLOOD = 20 * AGENT_CACHE_SETS * AGENT_CACHE_WAYS };
	struct agent_cache *cache;
	char text[32];
	struct agent found, asked = named("asked for"), idle = named("idle"), strange = named("strange");
	cr_assert(!err_failed(agent_cache_open(&cache)));
	agent_cache_put(cache, SPAN_LIT("asked for"), &asked);
	agent_cache_put(cache, SPAN_LIT("idle"), &idle);
	for (unsigned i = 0; i < FLOOD; i++) {
		agent_cache_put(cache, name_of(i, text), &strange);
		cr_assert(agent_cache_get(cache, SPAN_LIT("asked for"), &found), "lost after %u", i);
	}
	cr_assert(strcmp(found.browser, "asked for") == 0);
	cr_assert(!agent_cache_get(cache, SPAN_LIT("idle"), &found));
	agent_cache_close(cache);
}

Test(agent_cache, closing_takes_nothing)
{
	agent_cache_close(NULL);
}
