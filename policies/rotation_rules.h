/* SPDX-License-Identifier: Apache-2.0 */
/* rotation_rules - whether a secret has to be changed because of what somebody knows, and what has become of that
 * duty. Pure: the one rule behind the lists of leavers, of stand-ins who return, of emergency access, and of what a
 * client is shown. Source: FOUNDATIONS 7; vault.md section 4, "exposure ledger". */
#pragma once

#include "base/span.h"

#include <stdbool.h>

enum { ROTATION_CLASS = 3 /* from here on a person could know the secret itself */ };

/* What stands written down of a duty. Stored numbers: never renumber. */
enum rotation_note {
	ROTATION_NOTE_NONE = 0,
	ROTATION_NOTE_PLANNED = 1, /* somebody said by when */
	ROTATION_NOTE_WAIVED = 2,  /* the client said why not */
	ROTATION_NOTE_COUNT
};

/* One person, one credential, one version. */
struct rotation_facts {
	unsigned class;      /* of the ledger */
	bool is_current;     /* the secret that was seen is still the one in use */
	bool has_live_grant; /* the person may go on using the credential */
	enum rotation_note note;
};

enum rotation_state {
	ROTATION_NONE,    /* nothing is owed: the person may still use it, or knows nothing */
	ROTATION_OWED,    /* it has to be changed */
	ROTATION_PLANNED, /* it has to be changed, and will be */
	ROTATION_WAIVED,  /* it would have to be changed; the client wants it as it is */
	ROTATION_DONE,    /* there is a new version: what was seen is worth nothing any more */
	ROTATION_STATE_COUNT
};

/* rotation_rules_due - class 3 or higher, the version current, and the person has no live grant. */
bool rotation_rules_due(const struct rotation_facts *facts);

/* rotation_rules_state - where the duty stands. A new version closes it whatever was noted; a grant that is given
 * anew puts it off. */
enum rotation_state rotation_rules_state(const struct rotation_facts *facts);

/* rotation_rules_word - "owed"; static. rotation_rules_find - the state of a word; false when there is none. */
const char *rotation_rules_word(enum rotation_state state);
bool rotation_rules_find(struct span word, enum rotation_state *state);
