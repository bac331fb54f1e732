/* SPDX-License-Identifier: Apache-2.0 */
/* people_change - another name, address, state or set of roles; and the removal of a person. */
#pragma once

#include "server/core/letters.h"
#include "server/core/people/people.h"

enum { PEOPLE_CHANGE_EVENTS = 2 * PERSON_ROLES_MAX + 2 };

struct people_change {
	/* asked: what is empty stays as it is */
	struct span name, ref, email;
	bool has_language, has_roles, has_state;
	enum language language;
	enum person_state state; /* ACTIVE or SUSPENDED */
	struct span roles[PERSON_ROLES_MAX];
	size_t role_count;
	struct branches_set branch;
	/* prepared */
	struct person before, after;
	uint64_t capabilities; /* that the roles of `after` held then */
	bool needs_factorless; /* somebody else changes the address: only while the person has no active
				  factor */
	struct id other_owner; /* who stays when this one goes; none: nobody goes */
	bool is_last_owner;    /* refused, and the refusal is on record */
	bool is_empty;         /* nothing changes: no act */
	struct span sealed;
	struct contacts_change contacts; /* of a removed contact */
	bool has_contacts;
	struct event_draft events[PEOPLE_CHANGE_EVENTS];
	size_t event_count;
	struct letters told;
};

/* people_change_prepare - change->before is who it is about, as people_find found him.
 * Fails: NOT_FOUND he is removed · DENIED somebody without people.write changes more than his own language
 * and address · SCOPE_EXCEEDS · PERSON_UNPROVEN · REF_TAKEN · INVALID a role is none of the tenant's. */
fallible people_change_prepare(const struct scene *scene, struct people_change *change);

/* people_remove_prepare - the same for a removal: the ref is free again, the record stays for what he did. */
fallible people_remove_prepare(const struct scene *scene, struct people_change *change);

/* people_change_write - for both; nothing but the refusal is written when is_last_owner. */
fallible people_change_write(struct act *act, struct people_change *change);
