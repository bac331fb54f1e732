/* SPDX-License-Identifier: Apache-2.0 */
/* exposure - the ledger of who has seen which version of which credential. Only what this server released is
 * in it (FOUNDATIONS 7); rows are never taken out. Source: docs/formats.md "exposure". */
#pragma once

#include "store/nouns/noun.h"

/* How much somebody could know. Stored numbers: never renumber. */
enum exposure_class { EXPOSURE_COULD_KNOW = 3, EXPOSURE_KNOWS = 4 };

/* In which ways. Stored bits: never renumber. */
enum exposure_how {
	EXPOSURE_INJECTED = 1u << 0, /* filled in where the person works */
	EXPOSURE_REVEALED = 1u << 1,
	EXPOSURE_DEPOSITED = 1u << 2,  /* the person took it in for the client */
	EXPOSURE_BREAKGLASS = 1u << 3, /* in an emergency */
	EXPOSURE_EXPORTED = 1u << 4,   /* in a file that left */
};

struct exposure {
	struct id tenant;
	struct id person;
	struct id credential;
	uint64_t number; /* the version that was seen */
	struct id client;
	struct id grant;           /* the last one through which it was seen; none: there was none */
	struct id device;          /* the last one on which; none: not known */
	struct id in_place_of;     /* for whom the person stood in when it was last seen; none: nobody */
	enum exposure_class class; /* the highest so far */
	uint8_t how;               /* every enum exposure_how so far */
	uint32_t count;
	struct instant first, last;
};

/* exposure_add - somebody sees it now: a new row, or the one that stands raised. first, last and count are the
 * ledger's own. Fails as act_put. */
fallible exposure_add(struct act *act, const struct exposure *seen);

/* exposure_get - one row by tenant, person, credential and number of *exposure; fills the rest. Fails: NOT_FOUND
 * · FORGED · CORRUPT. */
fallible exposure_get(const struct view *view, struct exposure *exposure);

/* exposure_listed_at - the key under which one stands in its client's list (TABLE_EXPOSURE_INDEX). */
struct noun_key exposure_listed_at(const struct exposure *exposure);

/* exposure_of_person, exposure_of_client, exposure_of_tenant - walk what a person knows, what is known of a
 * client's, or everything, in order. `of` tells whose (of the tenant's it means nothing); *at is the place, zeroed
 * at the beginning. False at the end: check *err. */
struct exposure_place {
	uint8_t bytes[16 + 16 + 8];
	size_t len;
};
bool exposure_of_person(const struct view *view, struct id tenant, struct id person,
	struct exposure_place *at, struct exposure *exposure, struct err *err);
bool exposure_of_client(const struct view *view, struct id tenant, struct id client,
	struct exposure_place *at, struct exposure *exposure, struct err *err);
bool exposure_of_tenant(const struct view *view, struct id tenant, struct id of, struct exposure_place *at,
	struct exposure *exposure, struct err *err);

/* One of the three. */
typedef bool (*exposure_walk_fn)(const struct view *view, struct id tenant, struct id of,
	struct exposure_place *at, struct exposure *exposure, struct err *err);
