/* SPDX-License-Identifier: Apache-2.0 */
/* agent_kind - what sort of thing a user agent runs on: a table over the families that uap-core names. */
#pragma once

#include "base/span.h"

enum agent_kind {
	AGENT_KIND_OTHER, /* nothing below, or not known */
	AGENT_KIND_DESKTOP,
	AGENT_KIND_PHONE,
	AGENT_KIND_TABLET,
	AGENT_KIND_BOT, /* a program that acts by itself: crawlers, scripts, command lines */
	AGENT_KIND_COUNT
};

/* What uap-core's rules find in a user agent; empty texts where they find nothing. */
struct agent_facts {
	struct span browser, major, minor, patch;
	struct span system, system_major, system_minor, system_patch, system_patch_minor;
	struct span device, brand, model;
};

/* agent_kind_of - the first that fits: a program, then the device's own word, then its system. */
enum agent_kind agent_kind_of(const struct agent_facts *facts, struct span user_agent);

/* agent_kind_name - the word of the API. */
const char *agent_kind_name(enum agent_kind kind);
