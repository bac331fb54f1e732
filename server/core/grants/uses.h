/* SPDX-License-Identifier: Apache-2.0 */
/* uses - the use of a credential through a grant: judged and counted in the act, released only after its
 * commit.
 *
 * prepare reads everything and opens nothing; the act reads again what may change, decides with its own
 * clock, counts the use, writes the event, the ledger and the mails; then, the act being durable, the secret
 * is opened (FOUNDATIONS 17). When that fails the use stays counted and a second event says so. */
#pragma once

#include "crypto/box.h"
#include "crypto/totp.h"
#include "server/core/caller.h"
#include "server/core/grants/gates.h"
#include "server/core/letters.h"
#include "store/nouns/client.h"
#include "store/nouns/grant.h"
#include "store/nouns/person.h"
#include "store/nouns/version.h"

enum { USES_PURPOSE_MAX = 200, USES_FIELDS_MAX = 3 };

/* A field that is to leave, and the version that holds it. */
struct uses_release {
	enum credential_field field;
	struct version holder;
};

struct uses_add {
	/* asked */
	struct span grant_id; /* grt_… */
	enum mode mode;
	struct span purpose; /* empty = none was given */
	struct span verification;
	struct device device;
	/* prepared */
	struct grant grant;
	struct credential credential;
	struct client client;
	struct person person;
	struct gates gates;
	struct grant_facts facts; /* as of prepare; the act replaces what it has read again */
	uint64_t tenant_row;
	struct proof proof;
	struct uses_release releases[USES_FIELDS_MAX];
	size_t release_count;
	struct id device_id;
	struct id in_place_of; /* whom the grantee stands in for; none */
	struct device_note *device_note;
	struct event_draft draft;
	bool expected; /* prepare saw it allowed: its letters are sealed */
	struct letters letters;
	/* decided */
	struct instant decided;
	struct err refusal;   /* why not: the act stands with its event */
	struct instant retry; /* with a refusal: when it may be different; ms 0 = not known */
};

/* uses_prepare - who is the grantee, what is proven, what would be released; the event and the mails, sealed.
 * Fails: NOT_FOUND no such grant in the caller's tenant, or the caller is another person than the grantee ·
 * BUSY the store was changed by hand: nothing is released. What a rule refuses is no failure here: the act
 * decides. */
fallible uses_prepare(const struct server *server, const struct caller *caller, const struct view *view,
	struct instant now, struct arena *arena, struct uses_add *use);

/* uses_write - decide, count, write. A refusal stands in use->refusal, with its event. Fails: STALE. */
fallible uses_write(struct act *act, struct uses_add *use);

/* uses_id - what the answer calls the use: the id of its event. */
struct id uses_id(const struct uses_add *use);

/* uses_code - after the commit: the code of the moment of the decision. uses_open - one of use->releases.
 * Fails: FORGED · CORRUPT · NOT_FOUND the client was erased meanwhile · NO_MEMORY. */
fallible uses_code(const struct server *server, const struct uses_add *use,
	char code[static TOTP_DIGITS_MAX + 1], int *valid_s);
fallible uses_open(const struct server *server, const struct uses_add *use, size_t at, struct secret *plain);

/* uses_report_failure - after uses_code or uses_open has failed: the second event, durable when this returns.
 * It waits for the committer on the caller's thread, which the pool can bear since it only happens when a
 * stored secret is damaged. */
fallible uses_report_failure(const struct server *server, const struct caller *caller,
	const struct uses_add *use, struct arena *arena);
