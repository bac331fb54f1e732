/* SPDX-License-Identifier: Apache-2.0 */
/* passing_on - a member of staff takes a client's secret in: from then on that person knows it, though nothing here ever shows
 * it to them; and what came by a way that keeps copies is exposed, and due to be changed within a day. */
#pragma once

#include "server/core/caller.h"
#include "server/core/letters.h"
#include "store/nouns/credential.h"

/* How a secret came here. */
enum passing_channel {
	PASSING_API,
	PASSING_SELF_LINK, /* the client, through a deposit: nobody passed it on */
	PASSING_PHONE,
	PASSING_LETTER,
	PASSING_ENCRYPTED_IM,
	PASSING_MESSENGER, /* this one and e-mail keep copies */
	PASSING_EMAIL,
	PASSING_CHANNEL_COUNT
};

enum { PASSING_DUE_MS = 24 * 60 * 60 * 1000 };

/* passing_on_name, passing_on_find - "phone"; only what a person can have passed on is found. Static. */
const char *passing_on_name(enum passing_channel channel);
bool passing_on_find(struct span word, enum passing_channel *channel);

struct passing_on {
	/* asked */
	enum passing_channel channel;
	bool in_file; /* one of many that somebody moves in at once: whoever carries such a file is not on the ledger for each */
	/* prepared */
	struct id knows; /* the member of staff who does; none */
	struct event_draft exposed, due;
	struct letters told;
};

/* passing_on_prepare - of the credential as it will be; `known` is the version that was passed on. Fails: PERSON_UNPROVEN a
 * channel was named, but no person who took it in · as tell_prepare, event_seal. passing_on_write - the ledger, the events and the mails; in the act. */
fallible passing_on_prepare(const struct server *server, const struct caller *caller, const struct view *view,
	struct instant now, struct arena *arena, const struct credential *credential,
	struct passing_on *passing);
fallible passing_on_write(struct act *act, const struct credential *credential, struct passing_on *passing);
