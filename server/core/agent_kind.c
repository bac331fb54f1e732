/* SPDX-License-Identifier: Apache-2.0 */
/* agent_kind - the families of uap-core that say what a thing is. */
#include "server/core/agent_kind.h"

#include <strings.h>

static const char *const NAMES[AGENT_KIND_COUNT] = {
	[AGENT_KIND_OTHER] = "other",
	[AGENT_KIND_DESKTOP] = "desktop",
	[AGENT_KIND_PHONE] = "phone",
	[AGENT_KIND_TABLET] = "tablet",
	[AGENT_KIND_BOT] = "bot",
};

struct family {
	const char *name;
	enum agent_kind kind;
};

/* Systems that run on one sort of thing only. Android and iOS are on two. */
static const struct family SYSTEMS[] = {
	{"Windows", AGENT_KIND_DESKTOP},
	{"Mac OS X", AGENT_KIND_DESKTOP},
	{"Mac OS", AGENT_KIND_DESKTOP},
	{"Linux", AGENT_KIND_DESKTOP},
	{"Ubuntu", AGENT_KIND_DESKTOP},
	{"Chrome OS", AGENT_KIND_DESKTOP},
	{"Debian", AGENT_KIND_DESKTOP},
	{"Fedora", AGENT_KIND_DESKTOP},
	{"Red Hat", AGENT_KIND_DESKTOP},
	{"CentOS", AGENT_KIND_DESKTOP},
	{"Arch Linux", AGENT_KIND_DESKTOP},
	{"SUSE", AGENT_KIND_DESKTOP},
	{"Gentoo", AGENT_KIND_DESKTOP},
	{"Slackware", AGENT_KIND_DESKTOP},
	{"Linux Mint", AGENT_KIND_DESKTOP},
	{"Mandriva", AGENT_KIND_DESKTOP},
	{"PCLinuxOS", AGENT_KIND_DESKTOP},
	{"Puppy", AGENT_KIND_DESKTOP},
	{"FreeBSD", AGENT_KIND_DESKTOP},
	{"NetBSD", AGENT_KIND_DESKTOP},
	{"OpenBSD", AGENT_KIND_DESKTOP},
	{"BSD", AGENT_KIND_DESKTOP},
	{"Solaris", AGENT_KIND_DESKTOP},
	{"SerenityOS", AGENT_KIND_DESKTOP},
	{"Windows Phone", AGENT_KIND_PHONE},
	{"Windows Mobile", AGENT_KIND_PHONE},
	{"Windows CE", AGENT_KIND_PHONE},
	{"BlackBerry OS", AGENT_KIND_PHONE},
	{"Symbian OS", AGENT_KIND_PHONE},
	{"Symbian^3", AGENT_KIND_PHONE},
	{"Symbian^3 Anna", AGENT_KIND_PHONE},
	{"Symbian^3 Belle", AGENT_KIND_PHONE},
	{"Firefox OS", AGENT_KIND_PHONE},
	{"KaiOS", AGENT_KIND_PHONE},
	{"Bada", AGENT_KIND_PHONE},
	{"MeeGo", AGENT_KIND_PHONE},
	{"Maemo", AGENT_KIND_PHONE},
	{"Sailfish", AGENT_KIND_PHONE},
	{"Nokia Series 30 Plus", AGENT_KIND_PHONE},
	{"Nokia Series 40", AGENT_KIND_PHONE},
	{"Brew MP", AGENT_KIND_PHONE},
	{"BREW", AGENT_KIND_PHONE},
	{"iOS", AGENT_KIND_PHONE}, /* a tablet says so: its device is an iPad */
	{"BlackBerry Tablet OS", AGENT_KIND_TABLET},
	{"Kindle", AGENT_KIND_TABLET},
	{"WeTab", AGENT_KIND_TABLET},
};

/* What devices are called, from the beginning of the name. Before the systems: it is the nearer word. */
static const struct family DEVICES[] = {
	{"iPad", AGENT_KIND_TABLET},
	{"iPhone", AGENT_KIND_PHONE},
	{"iPod", AGENT_KIND_PHONE},
	{"Kindle", AGENT_KIND_TABLET},
	{"Generic Tablet", AGENT_KIND_TABLET},
	{"Generic Smartphone", AGENT_KIND_PHONE},
	{"Generic Feature Phone", AGENT_KIND_PHONE},
	{"Apple Watch", AGENT_KIND_OTHER},
	{"AppleTV", AGENT_KIND_OTHER},
	{"Samsung SmartTV", AGENT_KIND_OTHER},
};

/* Libraries and command lines: nobody sits in front of them. */
static const char *const PROGRAMS[] = {
	"aiohttp",
	"akka-http",
	"Apache-HttpClient",
	"aria2",
	"aws-cli",
	"axios",
	"curl",
	"fetchurl",
	"go-resty",
	"Go-http-client",
	"Google-HTTP-Java-Client",
	"got",
	"HeadlessChrome",
	"http.rb",
	"HTTPClient",
	"HTTPie",
	"Java",
	"lftp",
	"libcurl-agent",
	"libwww-perl",
	"lua-resty-http",
	"masscan",
	"node-fetch",
	"Phantom",
	"PHP-SOAP",
	"Python aiohttp",
	"Python Requests",
	"Python-urllib",
	"rclone",
	"ReactorNetty",
	"reqwest",
	"scalaj-http",
	"Scrapy",
	"unirest-java",
	"ureq",
	"Wget",
	"wget2",
	"WinHTTP",
};

static bool contains(struct span text, const char *word)
{
	size_t len = strlen(word);
	for (size_t i = 0; i + len <= text.len; i++)
		if (strncasecmp((const char *)text.at + i, word, len) == 0)
			return true;
	return false;
}

static bool is_program(const struct agent_facts *facts)
{
	static const char *const WORDS[] = {"bot", "crawl", "spider"};
	if (span_is(facts->device, "Spider"))
		return true;
	for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
		if (contains(facts->browser, WORDS[i]))
			return true;
	for (size_t i = 0; i < sizeof PROGRAMS / sizeof PROGRAMS[0]; i++)
		if (span_is(facts->browser, PROGRAMS[i]))
			return true;
	return false;
}

static const struct family *find_device(struct span device)
{
	for (size_t i = 0; i < sizeof DEVICES / sizeof DEVICES[0]; i++)
		if (span_starts(device, span_text(DEVICES[i].name)))
			return &DEVICES[i];
	return NULL;
}

static const struct family *find_system(struct span system)
{
	for (size_t i = 0; i < sizeof SYSTEMS / sizeof SYSTEMS[0]; i++)
		if (span_is(system, SYSTEMS[i].name))
			return &SYSTEMS[i];
	return NULL;
}

/* Browsers on Android say "Mobile" on a phone, and on a tablet leave it out:
 * https://developer.chrome.com/docs/multidevice/user-agent. A television does so too. */
static enum agent_kind android(struct span user_agent)
{
	if (contains(user_agent, "Mobile"))
		return AGENT_KIND_PHONE;
	return contains(user_agent, "TV") ? AGENT_KIND_OTHER : AGENT_KIND_TABLET;
}

enum agent_kind agent_kind_of(const struct agent_facts *facts, struct span user_agent)
{
	if (is_program(facts))
		return AGENT_KIND_BOT;
	const struct family *device = find_device(facts->device);
	if (device && span_is(facts->system, "Android") && device->kind == AGENT_KIND_PHONE)
		return android(
			user_agent); /* uap-core calls any Android that it does not know a smartphone */
	if (device)
		return device->kind;
	if (span_is(facts->system, "Android"))
		return android(user_agent);
	const struct family *system = find_system(facts->system);
	return system ? system->kind : AGENT_KIND_OTHER;
}

const char *agent_kind_name(enum agent_kind kind)
{
	return NAMES[kind];
}
