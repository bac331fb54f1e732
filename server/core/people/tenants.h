/* SPDX-License-Identifier: Apache-2.0 */
/* tenants - a new business: its keys, its first application and token, the roles it begins with. */
#pragma once

#include "server/core/caller.h"
#include "store/nouns/application.h"
#include "store/nouns/tenant.h"

/* How long the first token lives unless init says otherwise. */
enum { TENANTS_TTL_HOURS = 24, TENANTS_TTL_HOURS_MAX = APPLICATION_EXPIRES_DAYS_MAX * 24 };

struct tenants_add {
	/* asked */
	struct span name;
	enum language language;
	struct span time_zone;
	struct span security_contact;
	bool demo;
	int64_t token_ttl_s; /* of the setup token */
	/* prepared and decided */
	struct tenant tenant;
	struct application application;
	char token[TOKEN_TEXT + 1]; /* shown once */
	struct event_draft created, registered;
};

/* tenants_add_prepare - draw ids and the token, make the tenant's keys durable, seal the events. */
fallible tenants_add_prepare(const struct server *server, const struct caller *caller, struct instant now,
	struct arena *arena, struct tenants_add *add);
fallible tenants_add_write(struct act *act, struct tenants_add *add);
