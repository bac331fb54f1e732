/* SPDX-License-Identifier: Apache-2.0 */
/* letters - the mails of one act: sealed one after the other in prepare, queued together by the act. */
#pragma once

#include "server/core/tell.h"

struct client;
struct server;
struct view;

enum { LETTERS_MAX = 32 }; /* of one act: further ones are left out */

struct letters {
	struct notice *items; /* LETTERS_MAX of them in the desk's arena, once there is one */
	size_t count;
};

/* Where letters are written. */
struct letters_desk {
	const struct server *server;
	const struct view *view; /* of a reading: who the owners are */
	struct id tenant;
	struct arena *arena; /* holds what is sealed; the letters live as long */
};

/* letters_add - seal one more, to ask->person; none of a use to a contact who does not want each (store/nouns/wish.h). Fails: as
 * tell_prepare, wish_way. */
fallible letters_add(const struct letters_desk *desk, const struct tell_ask *ask, struct letters *letters);

/* letters_add_contacts - the same one to each contact of a client. letters_add_owners - to each owner.
 *
 *   ask     its person means nothing
 *   except  who of them gets none; none = all of them do
 * Fails: as letters_add. Cost of owners: O(people) to find them. */
fallible letters_add_contacts(const struct letters_desk *desk, const struct tell_ask *ask,
	const struct client *client, struct id except, struct letters *letters);
fallible letters_add_owners(const struct letters_desk *desk, const struct tell_ask *ask, struct id except,
	struct letters *letters);

/* letters_add_or - to each owner, and to whoever of the business holds one of `capabilities`: who decides such things. Otherwise
 * as letters_add_owners. */
fallible letters_add_or(const struct letters_desk *desk, const struct tell_ask *ask, uint64_t capabilities,
	struct id except, struct letters *letters);

/* letters_add_once - letters_add, unless they have one in this sheet already, or are not active. Nothing to nobody (none). */
fallible letters_add_once(
	const struct letters_desk *desk, const struct tell_ask *ask, struct letters *letters);

/* letters_write - into the outbox; in the act. */
fallible letters_write(struct act *act, const struct letters *letters);
