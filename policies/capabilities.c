/* SPDX-License-Identifier: Apache-2.0 */
/* capabilities - the rows of capabilities.def as a table and masks. */
#include "policies/capabilities.h"

#include <assert.h>

enum { CARE_PLAIN = 0, CARE_CAREFUL = 1 };

static const char *const NAMES[CAPABILITY_COUNT] = {
#define CAPABILITY(id, name, care) [CAPABILITY_##id] = (name),
#include "policies/capabilities.def"
#undef CAPABILITY
};

static const uint64_t CAREFUL = 0
#define CAPABILITY(id, name, care) | ((uint64_t)CARE_##care << CAPABILITY_##id)
#include "policies/capabilities.def"
#undef CAPABILITY
	;

/* The scopes of log.read, narrow to wide. */
static const struct {
	uint64_t bit;
	enum capability_log_scope scope;
} LOG_SCOPES[] = {
	{CAPABILITY_BIT(LOG_READ_SELF), CAPABILITY_LOG_SELF},
	{CAPABILITY_BIT(LOG_READ_CLIENT), CAPABILITY_LOG_CLIENT},
	{CAPABILITY_BIT(LOG_READ_BRANCH), CAPABILITY_LOG_BRANCH},
	{CAPABILITY_BIT(LOG_READ_TENANT), CAPABILITY_LOG_TENANT},
};

enum { LOG_SCOPE_COUNT = sizeof LOG_SCOPES / sizeof LOG_SCOPES[0] };

const char *capabilities_name(enum capability capability)
{
	assert(capability < CAPABILITY_COUNT);
	return NAMES[capability];
}

bool capabilities_find(struct span name, enum capability *capability)
{
	for (unsigned at = 0; at < CAPABILITY_COUNT; at++)
		if (span_is(name, NAMES[at])) {
			*capability = (enum capability)at;
			return true;
		}
	return false;
}

uint64_t capabilities_expand(uint64_t held)
{
	for (size_t at = LOG_SCOPE_COUNT - 1; at > 0; at--)
		if (held & LOG_SCOPES[at].bit)
			held |= LOG_SCOPES[at - 1].bit;
	return held;
}

bool capabilities_within(uint64_t given, uint64_t held)
{
	return (given & ~capabilities_expand(held)) == 0;
}

enum capability_log_scope capabilities_log_scope(uint64_t held)
{
	for (size_t at = LOG_SCOPE_COUNT; at > 0; at--)
		if (held & LOG_SCOPES[at - 1].bit)
			return LOG_SCOPES[at - 1].scope;
	return CAPABILITY_LOG_NONE;
}

uint64_t capabilities_careful(uint64_t capabilities)
{
	return capabilities & CAREFUL;
}
