/* SPDX-License-Identifier: Apache-2.0 */
/* exposure - the ledger of who has seen which version of which credential. Only what this server released is
 * in it (FOUNDATIONS 7); rows are never taken out. Source: docs/formats.md "exposure". */
#pragma once

#include "store/noun.h"

/* How much somebody could know. Stored numbers: never renumber. */
enum exposure_class { EXPOSURE_COULD_KNOW = 3, EXPOSURE_KNOWS = 4 };

struct exposure {
	struct id tenant;
	struct id person;
	struct id credential;
	uint64_t number; /* the version that was seen */
	struct id client;
	struct id grant;           /* the last one through which it was seen */
	enum exposure_class class; /* the highest so far */
	uint32_t count;
	struct instant first, last;
};

/* exposure_add - somebody sees it now: a new row, or the one that stands raised. Fails as act_put. */
fallible exposure_add(struct act *act, const struct exposure *seen);

/* exposure_next - walk what a person knows, or what is known of a client's, in order. `of` tells whose; *at
 * is the place, zeroed at the beginning. False at the end: check *err. */
struct exposure_place {
	uint8_t bytes[16 + 16 + 8];
	size_t len;
};
bool exposure_of_person(const struct view *view, struct id tenant, struct id person,
	struct exposure_place *at, struct exposure *exposure, struct err *err);
bool exposure_of_client(const struct view *view, struct id tenant, struct id client,
	struct exposure_place *at, struct exposure *exposure, struct err *err);
