/* SPDX-License-Identifier: Apache-2.0 */
/* takeout_taking - an approved takeout is taken, once: judged and written down in the act, opened only after its commit.
 *
 * The act puts whoever takes it on the ledger for each credential, and an event for each; when the file is made, a second act
 * says how many it holds and what its hash is, before a byte of it leaves. A file that can't be made stays taken. */
#pragma once

#include "crypto/secret.h"
#include "server/core/vault/takeouts.h"
#include "store/nouns/version.h"

enum { TAKEOUT_FIELDS_MAX = 3 };

struct takeout_taking {
	/* asked */
	struct takeout takeout;   /* as takeouts_find found it; then as it will be */
	struct span verification; /* that confirms this very takeout */
	/* prepared */
	struct takeouts_plan plan;
	struct proof proof;
	uint64_t client_row, person_row;
	struct event_draft *drafts; /* one for each that leaves, in the plan's order */
	struct letters told;
	struct span title; /* the client's name */
	/* while the file is made */
	size_t at;        /* of the plan */
	struct id failed; /* the credential that did not open; none */
};

/* One credential in the open. */
struct takeout_entry {
	struct credential credential;
	enum credential_field fields[TAKEOUT_FIELDS_MAX];
	struct secret secrets[TAKEOUT_FIELDS_MAX];
	size_t count;
};

/* takeout_taking_prepare - by who asked, who confirmed this takeout at most five minutes ago: a verification with purpose action,
 * type "takeout", the field takeout (tko_…). Fails: DENIED · STEPUP_REQUIRED · APPROVAL_PENDING · EXPIRED it was taken, or is
 * over · FROZEN · CONFLICT nothing may leave any more · BUSY the store was changed by hand. takeout_taking_write - Fails:
 * STALE · PERSON_UNPROVEN the verification was used meanwhile. */
fallible takeout_taking_prepare(const struct scene *scene, struct takeout_taking *taking);
fallible takeout_taking_write(struct act *act, struct takeout_taking *taking);

/* takeout_taking_next - after the commit: open the next one that leaves. False at the end: check *err.
 *
 *   row    holds the label; clear it between two
 *   entry  takeout_entry_done wipes it */
bool takeout_taking_next(const struct scene *scene, struct takeout_taking *taking, struct arena *row,
	struct takeout_entry *entry, struct err *err);
void takeout_entry_done(struct takeout_entry *entry);

/* takeout_entry_field - an opened field; SPAN_NONE when it has none. */
struct span takeout_entry_field(const struct takeout_entry *entry, enum credential_field field);

/* takeout_taking_finish - the file is made: its event, and its hash in the row; durable on return.
 * takeout_taking_fail - it could not be made: the second event. Both wait for the committer on the caller's thread. */
fallible takeout_taking_finish(const struct scene *scene, struct takeout_taking *taking, struct span file);
fallible takeout_taking_fail(const struct scene *scene, const struct takeout_taking *taking);
