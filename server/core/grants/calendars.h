/* SPDX-License-Identifier: Apache-2.0 */
/* calendars - the working hours and holidays that grants keep: what the program brings along for a country, what the
 * tenant changed of it, and calendars of the tenant's own. */
#pragma once

#include "server/core/scene.h"
#include "store/nouns/calendar_row.h"

enum { CALENDARS_OWN_MAX = 32 /* that a tenant may change or make */ };

/* A calendar as it counts for a tenant. */
struct calendars_one {
	struct span name;
	struct span under;        /* name of the one that the program brings along; empty = none */
	struct calendar calendar; /* laid together, with the rule of its zone */
	uint64_t version;         /* of the tenant's row; 0 = the tenant changed nothing */
};

/* calendars_find - Fails: NOT_FOUND no such calendar · INVALID its time zone is not known here any more. */
fallible calendars_find(const struct view *view, struct id tenant, struct span name, struct arena *arena,
	struct calendars_one *one);

/* calendars_still - inside an act: the calendar is the one that prepare found. Fails: STALE. */
fallible calendars_still(struct act *act, struct id tenant, const struct calendars_one *one);

/* calendars_next - all of a tenant, first what the program brings along, then the tenant's own.
 *
 *   at     0 = the first; moves on
 *   after  name of the tenant's last; empty at first
 * False at the end: check *err. */
bool calendars_next(const struct view *view, struct id tenant, size_t *at, struct span *after,
	struct arena *arena, struct calendars_one *one, struct err *err);

struct calendars_set {
	/* asked */
	struct calendar_row row; /* without the zone's rule */
	/* prepared */
	const char *fault; /* after INVALID: the member that is at fault; static */
	struct id tenant;
	struct calendar_row before;  /* version 0: the tenant had said nothing of it */
	struct calendars_one stands; /* as it counts from then on */
	struct event_draft changed;
};

/* calendars_set_prepare - replace what the tenant says of a calendar, whole. Fails: INVALID with set->fault: a name of
 * another form, no such country or zone, or no zone and week where nothing lies under it · CONFLICT the tenant has as
 * many as it may have · PERSON_UNPROVEN a person acts who did not prove who they are. calendars_set_write - Fails:
 * STALE. */
fallible calendars_set_prepare(const struct scene *scene, struct calendars_set *set);
fallible calendars_set_write(struct act *act, struct calendars_set *set);
