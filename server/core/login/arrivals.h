/* SPDX-License-Identifier: Apache-2.0 */
/* arrivals - the first half of signing in to the pages: an address is given, a code mailed to it, the code typed. Which tenant's
 * person it is, is decided afterwards (server/core/login/entering.h); the address may be known to several.
 *
 * An address that is nobody's gets the same answers after the same work: a code is drawn, sealed, queued, and never sent. A
 * mailed code is worth five tries, ten minutes and one use. */
#pragma once

#include "server/core/login/arrival_lanes.h"
#include "server/core/login/mailcodes.h"
#include "store/nouns/arrival.h"

enum { ARRIVALS_WHO_MAX = 8 /* businesses that know one address, that are looked at */ };

/* Somebody with the address. Texts lie in the arena. */
struct arrivals_who {
	struct id tenant, person, branch;
	bool is_staff;
	struct span email; /* as the person has it */
	struct span roles;
};

struct arrivals_ask {
	/* asked; texts are borrowed */
	struct id id;      /* none: a new one */
	struct span email; /* of a new one */
	struct device device;
	struct span remembered; /* the token of a browser that is; empty */
	bool resends;
	bool has_code;
	char code[MAILCODES_DIGITS + 1];
	struct span trace;
	/* prepared */
	struct instant now;
	bool acts; /* the act has something to write */
	bool is_new, mails;
	struct arrival prepared;
	struct arrival arrival; /* as it is written */
	struct arrivals_who who[ARRIVALS_WHO_MAX];
	size_t who_count;
	struct arrival_lane lane;
	int64_t wait_ms; /* until another code may be mailed, whatever was mailed last; 0 = now */
	struct mailcodes_code mail;
	uint8_t code_hash[HASH_BLAKE];
	struct event_draft drafts[ARRIVALS_WHO_MAX];
	struct id sole; /* the only business there is, when the address is nobody's: it was meant; none */
	struct event_draft stranger; /* then */
	/* decided */
	enum reason reason; /* of the last try */
	bool passed;        /* by this very call */
};

/* arrivals_prepare - open one, mail another code, or look who typed one. Compares nothing.
 * Fails: NOT_FOUND there is no such sign-in · SLOW_DOWN too many from this network, or in all: ask->wait_ms says for how long ·
 * BUSY sealed. */
fallible arrivals_prepare(
	const struct server *server, const struct view *view, struct arena *arena, struct arrivals_ask *ask);

/* arrivals_write - Fails: STALE somebody else went on with it meanwhile. */
fallible arrivals_write(struct act *act, struct arrivals_ask *ask);

/* arrivals_list_who - whose address it is: active people who may get codes by mail. Also for the second half. */
fallible arrivals_list_who(const struct view *view, const uint8_t mailbox[static KEYS_TERM],
	struct arena *arena, struct arrivals_ask *ask);

/* arrivals_closed - why it takes no mailed code; NONE while it does. */
enum reason arrivals_closed(const struct arrival *arrival, struct instant now);

/* arrivals_cool_ms - how long it is until another code may be mailed, whoever else is mailed. */
int64_t arrivals_cool_ms(const struct arrival *arrival, struct instant now);
