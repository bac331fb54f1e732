/* SPDX-License-Identifier: Apache-2.0 */
/* agent - what a user agent says about browser, system and device, by uap-core's rules: for who reads the log,
 * never while something is posted. The only door to pcre2.
 *
 * The rules are read and compiled at the first use. Without JIT: that needs memory which can be written and
 * executed, in a process that holds keys (docs/decisions/0006-user-agents.md). */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "server/core/agent_kind.h"

enum {
	AGENT_MAX = 512,     /* bytes of a user agent that are looked at */
	AGENT_TEXT_MAX = 63, /* bytes of a text made of it */
};

/* For people. "" = not known. */
struct agent {
	enum agent_kind kind;
	char browser[AGENT_TEXT_MAX + 1]; /* "Firefox 128" */
	char system[AGENT_TEXT_MAX + 1];  /* "Windows 10" */
	char brand[AGENT_TEXT_MAX + 1];   /* who made the device: "Samsung" */
};

enum agent_state {
	AGENT_UNREAD, /* nobody has asked yet */
	AGENT_READY,
	AGENT_ABSENT, /* there is no such file */
	AGENT_BROKEN, /* it is not uap-core's regexes.yaml */
};

struct agents; /* rules and results; opaque, thread-safe */

/* agent_open - for rules in a file, which is read later; "" or a missing one gives AGENT_ABSENT.
 *
 *   path  lives as long
 * Fails: NO_MEMORY.
 * Owns:  agent_close, which takes NULL. */
fallible agent_open(const char *path, struct agents **agents);
void agent_close(struct agents *agents);

/* agent_state - how the rules are, as far as is known without reading them. NULL is AGENT_ABSENT. */
enum agent_state agent_state(struct agents *agents);

/* agent_parse - from the cache, or by the rules. What can't be found out is "" and AGENT_KIND_OTHER; false when
 * there are no rules or there is no user agent.
 *
 *   agents  NULL: there are no rules
 * Cost:   a look-up; the first time half a millisecond, three for one made to hurt: each rule has a limit of
 *         steps. The first use of all reads the rules: 10 ms.
 * Thread: any that reads; never the committer. */
bool agent_parse(struct agents *agents, struct span user_agent, struct agent *agent);

/* agent_find - the same from the cache alone: for who has spent the time that a page may take. False also when
 * it is not there. */
bool agent_find(struct agents *agents, struct span user_agent, struct agent *agent);

/* agent_match - what uap-core's rules say, word for word, without the cache; texts lie in the arena.
 *
 * Fails: NOT_FOUND no rules · NO_MEMORY. */
fallible agent_match(
	struct agents *agents, struct span user_agent, struct arena *arena, struct agent_facts *facts);
