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

/* The bytes before the first space or comma. */
static size_t name_length(struct span list)
{
	size_t len = 0;
	while (len < list.len && list.at[len] != ' ' && list.at[len] != ',')
		len++;
	return len;
}

fallible scopes_parse(struct span list, uint32_t *scopes)
{
	uint32_t found = 0;
	bool more = list.len > 0;
	while (more) {
		size_t len = name_length(list);
		enum scope scope;
		if (!scopes_find(span_first(list, len), &scope))
			return FAIL(INVALID, "a scope's name is unknown");
		found |= UINT32_C(1) << scope;
		more = len < list.len;
		list = span_from(list, len + 1);
	}
	*scopes = found;
	return OK;
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
