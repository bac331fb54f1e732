/* SPDX-License-Identifier: Apache-2.0 */
/* departures - somebody leaves: at once, or behind their last day; with a successor or without. One person says so; the
 * way back takes two. What a departure ends is in departure_turns.h. */
#pragma once

#include "server/core/grants/handovers.h"
#include "server/core/people/people.h"
#include "store/nouns/departure.h"

struct departures_add {
	/* asked */
	struct span person;    /* id or ref, of the path */
	struct instant day;    /* the last day, its midnight in UTC */
	struct span successor; /* id or ref; empty = none */
	/* prepared */
	struct person found;
	struct departure departure;   /* as it is asked for */
	struct departure after;       /* as the act leaves it */
	struct id other_owner;        /* who stays when an owner goes */
	struct handover handover;     /* to the successor */
	struct event_draft requested; /* of the handover */
	struct letters told;          /* of the handover */
	struct event_draft planned;   /* of a day to come: person.changed */
};

/* departures_add_prepare - a last day of today or before is at once; another one ends with it, by the clock of the tenant's
 * zone. A successor is asked for as a handover, which waits for a second person: that is for a proven person with
 * handover.request. Fails: NOT_FOUND · UNKNOWN_PERSON the successor · CONFLICT they have left · LAST_OWNER · PERSON_UNPROVEN
 * · DENIED. */
fallible departures_add_prepare(const struct scene *scene, struct departures_add *add);
fallible departures_add_write(struct act *act, struct departures_add *add);

/* The departure of a path, and a change of it. */
struct departures_change {
	struct span person; /* asked */
	bool approve;       /* asked, of a decision */
	struct person found;
	struct departure departure;
	struct span sealed;  /* of a person who is back */
	struct letters told; /* the owners, of a person who is back */
	struct event_draft draft;
};

/* departures_find - of a person whom the caller may see. Fails: NOT_FOUND. */
fallible departures_find(const struct scene *scene, struct departures_change *change);

/* departures_cancel_prepare, _write - before the day, by anybody but the one who leaves. Fails: DENIED · CONFLICT it has come. */
fallible departures_cancel_prepare(const struct scene *scene, struct departures_change *cancel);
fallible departures_cancel_write(struct act *act, struct departures_change *cancel);

/* departures_return_prepare, _write - the first person asks that somebody comes back; nothing happens yet. Fails:
 * PERSON_UNPROVEN · SCOPE_EXCEEDS · CONFLICT they have not left, or it was asked already.
 * departures_decide_prepare, _write - the second one decides, who is neither the first nor the one who comes back: the
 * person is active again, with the roles of before; no token, login, device or grant comes back. Fails: as above ·
 * DENIED. */
fallible departures_return_prepare(const struct scene *scene, struct departures_change *change);
fallible departures_return_write(struct act *act, struct departures_change *change);
fallible departures_decide_prepare(const struct scene *scene, struct departures_change *change);
fallible departures_decide_write(struct act *act, struct departures_change *change);
