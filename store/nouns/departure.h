/* SPDX-License-Identifier: Apache-2.0 */
/* departure - somebody who leaves, or has left: when, who said so, what ended; and the way back, which takes two people.
 * Numbers and ids only. Source: docs/formats.md "departure". */
#pragma once

#include "store/nouns/noun.h"

/* Stored numbers: never renumber. */
enum departure_state {
	DEPARTURE_PLANNED = 1,
	DEPARTURE_LEFT = 2,
	DEPARTURE_RETURNING = 3, /* one person asked that they come back */
	DEPARTURE_BACK = 4,
	DEPARTURE_CANCELLED = 5, /* before its day */
	DEPARTURE_STATE_END
};

struct departure {
	struct id tenant;
	struct id person;
	enum departure_state state;
	struct id by; /* person, or application that acted as itself */
	bool by_person;
	bool is_told;        /* the clients know what should be changed, or nothing has to be */
	struct id successor; /* none */
	struct id handover;  /* to the successor; none */
	struct id returner;  /* who asked that they come back; none */
	struct instant asked;
	struct instant at;         /* when all access ends */
	struct instant left;       /* when it did; ms 0 = not yet */
	uint32_t grants, sessions; /* that ended */
	uint64_t version;
};

const char *departure_state_name(enum departure_state state);

/* departure_get - the last one of a person. Fails: NOT_FOUND · FORGED · CORRUPT. departure_put - inside an act. */
fallible departure_get(
	const struct view *view, struct id tenant, struct id person, struct departure *departure);
fallible departure_put(struct act *act, const struct departure *departure);

/* departure_next - walk those of a tenant's people, in the order of their ids; `after` none = from the first. False at the
 * end: check *err. */
bool departure_next(const struct view *view, struct id tenant, struct id *after, struct departure *departure,
	struct err *err);

/* departure_check_present - nobody who has left comes back by one person's word. Fails: DENIED. */
fallible departure_check_present(const struct view *view, struct id tenant, struct id person);
