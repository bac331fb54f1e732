/* SPDX-License-Identifier: Apache-2.0 */
/* scopes - the rows of scopes.def as a table and masks. */
#include "policies/scopes.h"

#include <assert.h>

enum { CARE_PLAIN = 0, CARE_CAREFUL = 1 };

static const char *const NAMES[SCOPE_COUNT] = {
#define SCOPE(id, name, care) [SCOPE_##id] = (name),
#include "policies/scopes.def"
#undef SCOPE
};

static const uint32_t CAREFUL = 0
#define SCOPE(id, name, care) | ((uint32_t)CARE_##care << SCOPE_##id)
#include "policies/scopes.def"
#undef SCOPE
	;

static const uint32_t ADMIN_IMPLIES =
	SCOPE_BIT(PEOPLE_READ) | SCOPE_BIT(PEOPLE_WRITE) | SCOPE_BIT(POLICY_READ) | SCOPE_BIT(POLICY_WRITE);

const char *scopes_name(enum scope scope)
{
	assert(scope < SCOPE_COUNT);
	return NAMES[scope];
}

bool scopes_find(struct span name, enum scope *scope)
{
	for (unsigned at = 0; at < SCOPE_COUNT; at++)
		if (span_is(name, NAMES[at])) {
			*scope = (enum scope)at;
			return true;
		}
	return false;
}

uint32_t scopes_expand(uint32_t held)
{
	return held & SCOPE_BIT(ADMIN) ? held | ADMIN_IMPLIES : held;
}

bool scopes_allow(uint32_t held, uint32_t needed)
{
	return (scopes_expand(needed) & ~scopes_expand(held)) == 0;
}

uint32_t scopes_careful(uint32_t scopes)
{
	return scopes & CAREFUL;
}

void scopes_print(uint32_t scopes, struct buf *out)
{
	const char *between = "";
	for (unsigned at = 0; at < SCOPE_COUNT; at++) {
		if (!(scopes & UINT32_C(1) << at))
			continue;
		buf_put_text(out, between);
		buf_put_text(out, NAMES[at]);
		between = " ";
	}
}
