/* SPDX-License-Identifier: Apache-2.0 */
/* exposures - the ledger judged: who knows which secret, and which have to be changed for it. Whatever lists of
 * that there are (a person's exposure, a client's access, a leaver's, a stand-in's on return, after an emergency,
 * the obligations) come from here, and all by the one rule of policies/rotation_rules.h.
 *
 * In an act the view of the act sees the grants as the act has left them: ask after ending them. */
#pragma once

#include "policies/rotation_rules.h"
#include "store/nouns/exposure.h"

/* What is asked about; ids that are none do not narrow. */
struct exposures_ask {
	struct id tenant;
	struct id person;
	struct id client;
	struct id credential; /* needs the client */
	struct instant now;
	bool as_if_gone; /* judge as though the people had no grant left: what would be owed if they went now */
};

/* One line of the ledger, judged. */
struct exposures_item {
	struct exposure seen;
	enum rotation_state state;
	bool is_current;     /* what was seen is still in use */
	bool has_live_grant; /* the person may go on using it */
	uint64_t known; /* the version that a person would see now: above seen.number it closed the duty */
	struct instant due; /* by when it is planned; ms 0 = not said */
	struct exposures_item *next;
};

struct exposures_list {
	struct exposures_item *first; /* in the arena, in the ledger's order */
	size_t count;
};

/* exposures_due - every duty to change a secret that is open: owed or planned. The lists of leavers and of stand-ins
 * who return, and the after-care of an emergency.
 *
 *   view   of a reading, or of an act after it has ended the grants
 *   arena  holds the list
 * Fails: as exposure_get, grant_get, credential_get · NO_MEMORY. Cost: O(the person's, client's or tenant's
 * grants and lines). */
fallible exposures_due(const struct view *view, const struct exposures_ask *ask, struct arena *arena,
	struct exposures_list *list);

struct exposures_live; /* a grant that is live */

/* The ledger with the live grants beside it: judged line by line, for lists that are read in pages. */
struct exposures {
	const struct view *view;
	struct exposures_ask ask;
	exposure_walk_fn walk;
	struct id of;
	struct exposure_place at; /* where the walk stands; set it to go on from there */
	const struct exposures_live *live;
};

/* exposures_open - read the live grants of who is asked about, into the arena. Fails as exposures_due. */
fallible exposures_open(const struct view *view, const struct exposures_ask *ask, struct arena *arena,
	struct exposures *exposures);

/* exposures_next - the next line that is asked about. False at the end: check *err. */
bool exposures_next(struct exposures *exposures, struct exposures_item *item, struct err *err);
