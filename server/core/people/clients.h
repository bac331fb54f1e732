/* SPDX-License-Identifier: Apache-2.0 */
/* clients - a new customer with the people who are told, and what changes about him. */
#pragma once

#include "server/core/people/people.h"
#include "server/core/sight.h"

struct clients_add {
	/* asked */
	struct client client; /* name, ref, language, time_zone, mailbox_delegated, countries */
	struct people_new contacts[CLIENT_CONTACTS_MAX]; /* name, email, language */
	size_t contact_count;
	struct branches_set branch;
	/* prepared */
	struct span sealed;
	struct event_draft created;
};

/* clients_add_prepare - keys of the client and of each contact are durable before. Fails: REF_TAKEN. */
fallible clients_add_prepare(const struct scene *scene, struct clients_add *add);
fallible clients_add_write(struct act *act, struct clients_add *add);

struct clients_change {
	/* asked: what is empty stays as it is */
	struct span name, ref, time_zone;
	bool has_language, has_delegated, has_state, has_countries;
	enum language language;
	struct countries countries; /* none: any */
	bool delegated;
	enum client_state state; /* ACTIVE, PAUSED or ENDED */
	struct branches_set branch;
	/* prepared */
	struct client before, after;
	struct span sealed;
	struct event_draft changed, moved; /* moved: client.paused, resumed or terminated */
	struct letters told; /* of a move: the client's contacts; of a pause the owners as well */
	bool moves;
	bool is_empty; /* nothing changes: no act */
};

/* clients_change_prepare - change->before is the client as clients_find found him. Fails: CONFLICT he has
 * ended · REF_TAKEN. */
fallible clients_change_prepare(const struct scene *scene, struct clients_change *change);
fallible clients_change_write(struct act *act, struct clients_change *change);

/* clients_sight - whom a caller sees: a contact that client alone, the staff whoever clients.read lets them. Whom a business
 * works for is nobody's business: who serves by grants (credential.use) sees whom the grants are of that have not ended, and
 * all of them only where the work is to give, approve or hand on, or to read of people or of the whole log. Fails: as sight_of. */
fallible clients_sight(const struct scene *scene, struct sight *sight);

/* clients_find - the client of a path, if the caller may see him: clients_sight. Fails: NOT_FOUND. */
fallible clients_find(const struct scene *scene, struct span id_or_ref, struct client *client);

/* What a list is narrowed to; -1 and empty = all who are not erased. */
struct clients_filter {
	int state;
	struct span text; /* folded (text_fold): stands in the name or the ref */
};

struct clients_walk {
	const struct sight
		*sight; /* clients_sight: besides, who is looked for by the whole ref is known already */
	struct clients_filter filter;
	struct id after; /* who was looked at last; none = from the first */
	size_t left;     /* how many may still be looked at: names are sealed, so each is opened */
};

/* clients_next - the next one that the filter lets through, hidden as clients_hide does. False at the end, or
 * when nothing is `left`: check *err. */
bool clients_next(
	const struct scene *scene, struct clients_walk *walk, struct client *client, struct err *err);

/* clients_hide - empty the texts of a client whose erasure has begun: unreadable though the key may still be
 * there. */
void clients_hide(struct client *client);

/* clients_state_name - the word of the API. */
const char *clients_state_name(enum client_state state);
