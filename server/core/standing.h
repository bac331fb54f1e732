/* SPDX-License-Identifier: Apache-2.0 */
/* standing - how well a person's sign-in is protected, and when something was last done: what lists show of people
 * and credentials beside their own rows. */
#pragma once

#include "server/core/server.h"
#include "store/nouns/noun.h"

/* The strongest factor that is active. An address counts as one that is confirmed as a factor. */
enum standing_factor { STANDING_NONE, STANDING_EMAIL, STANDING_STRONG, STANDING_COUNT };

/* standing_factor - of a person. Nothing is unsealed. Fails: as factor_next. */
fallible standing_factor(
	const struct view *view, struct id tenant, struct id person, enum standing_factor *factor);

/* standing_factor_name - "none", "email", "strong". Static. */
const char *standing_factor_name(enum standing_factor factor);

/* standing_signed_in - when a person last got in. standing_used - when a credential was last used: a code, a
 * filling in, a look at it, or a check-out. Asked of the index; ms 0 = never, as far as the log still tells. Fails:
 * as query_run. Cost: O(runs of the tenant's log). */
fallible standing_signed_in(
	const struct server *server, struct id tenant, struct id person, struct instant *at);
fallible standing_used(
	const struct server *server, struct id tenant, struct id credential, struct instant *at);
