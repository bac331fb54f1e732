/* SPDX-License-Identifier: Apache-2.0 */
/* capabilities - the closed list of what a role allows, as bits of a 64-bit mask. */
#pragma once

#include "base/span.h"

enum capability {
#define CAPABILITY(id, name, care) CAPABILITY_##id,
#include "policies/capabilities.def"
#undef CAPABILITY
	CAPABILITY_COUNT
};

/* CAPABILITY_BIT(LOG_EXPORT) - the bit of one capability. CAPABILITY_ALL - every bit. */
#define CAPABILITY_BIT(name) (UINT64_C(1) << CAPABILITY_##name)
#define CAPABILITY_ALL ((UINT64_C(1) << CAPABILITY_COUNT) - 1)

/* How far somebody reads the log, narrow to wide. */
enum capability_log_scope {
	CAPABILITY_LOG_NONE,
	CAPABILITY_LOG_SELF,
	CAPABILITY_LOG_CLIENT,
	CAPABILITY_LOG_BRANCH,
	CAPABILITY_LOG_TENANT,
};

/* capabilities_name - "grant.give", "log.read:branch". Static. */
const char *capabilities_name(enum capability capability);

/* capabilities_find - the capability of a name; false when there is none. */
bool capabilities_find(struct span name, enum capability *capability);

/* capabilities_expand - with all that is implied: a wider log.read implies the narrower ones. */
uint64_t capabilities_expand(uint64_t held);

/* capabilities_within - whether everything in given is held by the giver: nobody gives what he lacks. */
bool capabilities_within(uint64_t given, uint64_t held);

/* capabilities_log_scope - the widest scope of log.read that is held. */
enum capability_log_scope capabilities_log_scope(uint64_t held);

/* capabilities_careful - those of the set that only a proven person may add, with all owners told. */
uint64_t capabilities_careful(uint64_t capabilities);
