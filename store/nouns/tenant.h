/* SPDX-License-Identifier: Apache-2.0 */
/* tenant - one business: its name, language, zone and the origin of its log. */
#pragma once

#include "base/arena.h"
#include "policies/languages.h"
#include "store/nouns/noun.h"

enum { TENANT_NAME_MAX = 200, TENANT_ORIGIN_MAX = 200 };

struct tenant {
	struct id id;
	struct instant created;
	enum language language;
	bool use_needs_login; /* rule use.code_needs: login (default) or none */
	bool demo;            /* marked so for ever: served on loopback only */
	bool vouched; /* somebody\'s factor is proven: from now on only a proven person vouches for others */
	struct span origin; /* of its log, fixed at creation; clear */
	struct span name;   /* sealed, as the two below */
	struct span time_zone;
	struct span security_contact;
	uint64_t version;
};

/* tenant_get - texts lie in the arena. Fails: NOT_FOUND · FORGED · CORRUPT · NO_MEMORY. */
fallible tenant_get(const struct view *view, struct id id, struct arena *arena, struct tenant *tenant);

/* tenant_get_clear - all but the sealed texts, which stay empty: for who only asks for a rule or the origin. Fails
 * likewise. */
fallible tenant_get_clear(const struct view *view, struct id id, struct arena *arena, struct tenant *tenant);

/* tenant_next - the ids of all tenants in their order; `after` none = from the first; set to the id found. False at the end:
 * check *err. */
bool tenant_next(const struct view *view, struct id *after, struct err *err);

/* tenant_put - inside an act. */
fallible tenant_put(struct act *act, const struct tenant *tenant);

/* tenant_vouch - inside an act: the first factor of the tenant is proven. Nothing to do when it was so
 * before. */
fallible tenant_vouch(struct act *act, struct id id);
