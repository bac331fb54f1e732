/* SPDX-License-Identifier: Apache-2.0 */
/* scopes - what an application's token is good for, as bits of a 32-bit mask. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

enum scope {
#define SCOPE(id, name, care) SCOPE_##id,
#include "policies/scopes.def"
#undef SCOPE
	SCOPE_COUNT
};

/* SCOPE_BIT(VAULT_USE) - the bit of one scope. SCOPE_ALL - every bit: a tenant's first token. */
#define SCOPE_BIT(name) (UINT32_C(1) << SCOPE_##name)
#define SCOPE_ALL ((UINT32_C(1) << SCOPE_COUNT) - 1)

/* scopes_name - "vault:use". Static. */
const char *scopes_name(enum scope scope);

/* scopes_find - the scope of a name; false when there is none. */
bool scopes_find(struct span name, enum scope *scope);

/* scopes_expand - with all that is implied: admin implies people:* and policy:*, nothing else. */
uint32_t scopes_expand(uint32_t held);

/* scopes_allow - whether the held scopes, with what they imply, contain everything needed. Also the rule for
 * giving: nobody gives what he lacks. */
bool scopes_allow(uint32_t held, uint32_t needed);

/* scopes_careful - those of the set that only a proven person may give, with all owners told. */
uint32_t scopes_careful(uint32_t scopes);

enum { SCOPES_TEXT_MAX = 512 }; /* bytes of all names with a space between them */

/* scopes_print - the names with a space between them, in the order of scopes.def. */
void scopes_print(uint32_t scopes, struct buf *out);
