/* SPDX-License-Identifier: Apache-2.0 */
/* What sort of thing a user agent runs on. */
#include "server/core/agent.h"

#include <criterion/criterion.h>

static enum agent_kind kind_of(const char *browser, const char *system, const char *device, const char *agent)
{
	const struct agent_facts facts = {
		.browser = span_text(browser), .system = span_text(system), .device = span_text(device)};
	return agent_kind_of(&facts, span_text(agent));
}

Test(agent_kind, a_system_of_one_sort_of_thing_says_it)
{
	cr_assert(kind_of("Firefox", "Windows", "", "") == AGENT_KIND_DESKTOP);
	cr_assert(kind_of("Firefox", "Ubuntu", "", "") == AGENT_KIND_DESKTOP);
	cr_assert(kind_of("Chrome", "Chrome OS", "", "") == AGENT_KIND_DESKTOP);
	cr_assert(kind_of("Safari", "Mac OS X", "Mac", "") == AGENT_KIND_DESKTOP);
	cr_assert(kind_of("", "KaiOS", "", "") == AGENT_KIND_PHONE);
	cr_assert(kind_of("", "BlackBerry Tablet OS", "", "") == AGENT_KIND_TABLET);
	cr_assert(kind_of("", "tvOS", "", "") == AGENT_KIND_OTHER);
	cr_assert(kind_of("", "Windows Vista and more", "", "") == AGENT_KIND_OTHER);
}

Test(agent_kind, an_ios_device_is_a_phone_unless_it_is_an_ipad)
{
	cr_assert(kind_of("Mobile Safari", "iOS", "iPhone", "") == AGENT_KIND_PHONE);
	cr_assert(kind_of("Mobile Safari", "iOS", "iPhone13,2", "") == AGENT_KIND_PHONE);
	cr_assert(kind_of("", "iOS", "", "") == AGENT_KIND_PHONE);
	cr_assert(kind_of("Mobile Safari", "iOS", "iPad", "") == AGENT_KIND_TABLET);
}

Test(agent_kind, an_android_is_a_phone_when_its_browser_says_mobile)
{
	static const char PHONE[] =
		"Mozilla/5.0 (Linux; Android 10; K) Chrome/126.0.0.0 Mobile Safari/537.36";
	static const char TABLET[] = "Mozilla/5.0 (Linux; Android 10; K) Chrome/126.0.0.0 Safari/537.36";
	static const char TV[] =
		"Mozilla/5.0 (Linux; Android 9; BRAVIA 4K TV) Chrome/126.0.0.0 Safari/537.36";
	cr_assert(kind_of("Chrome Mobile", "Android", "K", PHONE) == AGENT_KIND_PHONE);
	cr_assert(kind_of("Chrome", "Android", "K", TABLET) == AGENT_KIND_TABLET);
	cr_assert(kind_of("Chrome", "Android", "Generic Smartphone", TABLET) == AGENT_KIND_TABLET);
	cr_assert(kind_of("Chrome", "Android", "Generic Tablet", PHONE) == AGENT_KIND_TABLET);
	cr_assert(kind_of("Chrome", "Android", "", TV) == AGENT_KIND_OTHER);
}

Test(agent_kind, a_program_is_a_bot_whatever_it_runs_on)
{
	cr_assert(kind_of("curl", "", "", "") == AGENT_KIND_BOT);
	cr_assert(kind_of("Python Requests", "Linux", "", "") == AGENT_KIND_BOT);
	cr_assert(kind_of("Googlebot", "Android", "Spider", "") == AGENT_KIND_BOT);
	cr_assert(kind_of("our CRAWLER", "Windows", "", "") == AGENT_KIND_BOT);
	cr_assert(kind_of("HeadlessChrome", "Linux", "", "") == AGENT_KIND_BOT);
	cr_assert(kind_of("curling club", "Windows", "", "") == AGENT_KIND_DESKTOP);
}

Test(agent_kind, each_kind_has_a_word_of_its_own)
{
	for (unsigned i = 0; i < AGENT_KIND_COUNT; i++)
		for (unsigned j = 0; j < i; j++)
			cr_assert(strcmp(agent_kind_name((enum agent_kind)i),
					  agent_kind_name((enum agent_kind)j)) != 0,
				"%u, %u", i, j);
}
