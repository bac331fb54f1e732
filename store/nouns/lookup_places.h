/* SPDX-License-Identifier: Apache-2.0 */
/* lookup_places - where a protected row has to be listed, what has to lead to it, and what it waits for in the queue, by what the
 * row itself says.
 *
 * Held so are the ledger (exposure_index), grants (grant_index), credentials (credential_index), consents (consent_index),
 * deposits (deposit_of), refs and addresses of people and clients (person_term, client_term, mailbox, mailbox_of), branches
 * (branch_term), declared actions (action_number), factors and sets of recovery codes (factor_of), remembered devices
 * (remembered_of), sessions (session_of), agreements (agreement_of), devices (device, device_of); and in the queue (expiry) erasures,
 * departures, handovers, emergencies and what lies in the trash.
 *
 * Plain tables that no row says anything of, and what somebody gains who takes an entry away:
 *
 *   log, checkpoint  nothing: they are held by the chain, the head row, and the mark of what was signed (store/check.h).
 *   expiry           of other kinds: what ends by it has its end in its own row, where whoever uses it looks (a session, a
 *                    verification, a deposit, a slip, a grant); rows that are over stay longer than they need to. A reset of factors
 *                    is not carried out, and its person asks again. Of a grant that ended nobody is mailed that a password
 *                    should be changed; the list of what is owed is made of the ledger, and has it.
 *   outbox           a mail is not sent. The event that it tells of stands in the log.
 *   idempotency      a request that is sent again is done again, by the rules of that moment.
 *   usage            an application may post as many events more as its quota allows in a minute and a day.
 *   mail_brake       a person may be mailed as many codes more as in an hour and a day.
 *   reindex          the index keeps words of somebody who was erased. No hit on them counts, since none can be compared with a text
 *                    that is gone; the files in which they stand as hashes are those that the thief has anyway.
 *   meta             nothing: the head row has its MAC; marks of how far a job has come are for it to begin again.
 *
 * An entry too much leads to a row that says itself whose it is. */
#pragma once

#include "base/arena.h"
#include "store/nouns/noun.h"

enum {
	LOOKUP_PLACES_MAX = 3,
	LOOKUP_VALUE_MAX = 64, /* bytes */
};

/* Something that has to stand in a plain table. */
struct lookup_place {
	enum table table;
	struct noun_key key;
	uint8_t value[LOOKUP_VALUE_MAX]; /* what stands there; length 0: the key says it all */
	size_t value_len;
	bool in_queue; /* of what is due when (store/nouns/expiry.h): it stands there, or at a later time */
};

struct lookup_places {
	struct lookup_place items[LOOKUP_PLACES_MAX];
	size_t count;
};

/* The kinds of rows that are held: 0 to lookup_places_kinds() - 1. */
unsigned lookup_places_kinds(void);

/* lookup_places_rows - the protected table of a kind. */
enum table lookup_places_rows(unsigned kind);

/* lookup_places_of - where a row has to be found; none: it need not be.
 *
 *   name   the row's key without the tenant
 *   arena  for the row's texts, which are opened where a place is made of them
 * Fails: as the reading of such a row; as keys->term. */
fallible lookup_places_of(const struct view *view, unsigned kind, struct id tenant, struct span name,
	struct arena *arena, struct lookup_places *places);
