/* SPDX-License-Identifier: Apache-2.0 */
/* client - the customer whose accounts are worked in. Its very name is a secret, sealed under the client's
 * own key. */
#pragma once

#include "base/arena.h"
#include "policies/countries.h"
#include "policies/languages.h"
#include "store/nouns/noun.h"

enum { CLIENT_NAME_MAX = 200, CLIENT_REF_MAX = 128, CLIENT_CONTACTS_MAX = 16, CLIENT_ZONE_MAX = 64 };

/* Stored numbers: never renumber. */
enum client_state {
	CLIENT_ACTIVE = 0,
	CLIENT_PAUSED = 1,
	CLIENT_ENDED = 2,
	CLIENT_ERASING = 3,
	CLIENT_ERASED = 4
};

struct client {
	struct id tenant;
	struct id id;
	enum client_state state;
	enum language language;
	bool mailbox_delegated;     /* an assistant runs the mailbox: no codes by e-mail to its contacts */
	bool frozen;                /* the client stopped all use */
	struct id branch;           /* none: of no branch */
	struct countries countries; /* from which the client's credentials are used; none: from any */
	struct instant created;
	struct id contacts[CLIENT_CONTACTS_MAX]; /* people of kind client; "the client is told" means all of
						    them */
	size_t contact_count;
	struct span name; /* sealed, as the two below */
	struct span ref;
	struct span time_zone;
	struct span branch_name; /* of the branch; not of this row */
	uint64_t version;
	uint64_t sequence; /* of the event that changed it last */
};

/* client_get - texts lie in the arena. Fails: NOT_FOUND · FORGED · CORRUPT. An erased client has empty texts.
 */
fallible client_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct client *client);

/* client_get_clear - all but the sealed texts and the branch's name, which stay empty: for who only asks for state and
 * contacts. Fails: NOT_FOUND · FORGED · CORRUPT. */
fallible client_get_clear(const struct view *view, struct id tenant, struct id id, struct client *client);

/* client_seal - the sealed texts, in prepare; client_put - the row, in the act. */
fallible client_seal(const struct keys *keys, const struct client *client, struct buf *sealed);
fallible client_put(struct act *act, const struct client *client, struct span sealed);

/* client_put_ref, client_drop_ref - the look-up row. Fails: REF_TAKEN. */
fallible client_put_ref(struct act *act, const struct client *client);
fallible client_drop_ref(struct act *act, const struct client *client);

/* client_ref_at - the key of that row; of a ref that is not empty. Fails: BUSY. */
fallible client_ref_at(const struct keys *keys, const struct client *client, struct noun_key *key);

/* client_has_contact - whether somebody is one of its contacts. */
bool client_has_contact(const struct client *client, struct id person);

/* client_find - by id or ref. Fails: NOT_FOUND. */
fallible client_find(const struct view *view, struct id tenant, struct span id_or_ref, struct id *id);

/* client_next - walk a tenant's clients in the order of their ids. False at the end: check *err. */
bool client_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct client *client, struct err *err);

/* client_give_branch - give a leaf without a branch that of its client, as it is now. Fails: as view_get, but a client
 * who is gone has none.
 *
 * Cost: one row, when the leaf names a client and has no branch. */
fallible client_give_branch(const struct view *view, struct id tenant, struct id ids[static LEAF_ID_COUNT]);
