/* SPDX-License-Identifier: Apache-2.0 */
/* freezing - all use of a client's credentials is stopped, or let go on; whoever has to know is told at once.
 *
 * Nothing of the client's leaves the server meanwhile, for nobody, the client's own people included: no use in any mode, no
 * check-out, no takeout, no slip. Putting in goes on, since who has been found out has secrets to change: credentials, their
 * versions, deposits. A slip is refused when it is written too; it would be over before it could be read. */
#pragma once

#include "server/core/people/contacts.h"

struct freezing {
	/* asked */
	struct span client; /* id or ref */
	bool frozen;        /* from now on */
	/* prepared */
	bool is_so; /* nothing changes: no act */
	struct contacts_change change;
};

/* freezing_prepare - by a contact of the client; of the staff whoever may approve grants stops it, and an owner lets it go on. The
 * client's contacts and the owners are told, but for who did it. What is so already is not written, and nobody is told.
 *
 * Fails: NOT_FOUND also another client than the contact's · PERSON_UNPROVEN no application does · DENIED. */
fallible freezing_prepare(const struct scene *scene, struct freezing *freezing);

/* freezing_write - Fails: STALE the client changed meanwhile. */
fallible freezing_write(struct act *act, const struct freezing *freezing);
