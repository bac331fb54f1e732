/* SPDX-License-Identifier: Apache-2.0 */
/* people - new people, who may see them, and what all events about a person have in common. */
#pragma once

#include "server/core/letters.h"
#include "server/core/people/branches.h"
#include "server/core/people/contacts.h"
#include "store/nouns/person.h"

/* One person on the way into the store, with the event that says so. */
struct people_new {
	struct person person; /* asked: kind, language, name, email, ref, client; the rest is set by
				 people_new_prepare */
	struct span sealed;
	struct event_draft added;
};

/* people_new_prepare - draw the id, make the key durable, seal. Fails: REF_TAKEN. people_new_write - row,
 * look-up, event. */
fallible people_new_prepare(const struct scene *scene, struct people_new *new);
fallible people_new_write(struct act *act, struct people_new *new);

struct people_add {
	/* asked */
	struct people_new new;
	struct span client; /* id or ref of whose contact; only for PERSON_OF_CLIENT */
	/* prepared */
	uint64_t capabilities; /* that the roles held then */
	struct contacts_change contacts;
	struct branches_set branch;
	struct event_draft assigned[PERSON_ROLES_MAX];
	struct letters told;
};

/* people_add_prepare - a person with roles.
 * Fails: SCOPE_EXCEEDS · PERSON_UNPROVEN · REF_TAKEN · UNKNOWN_CLIENT · INVALID one of the roles · CONFLICT.
 */
fallible people_add_prepare(const struct scene *scene, struct people_add *add);
fallible people_add_write(struct act *act, struct people_add *add);

/* people_event - begin an event about a person: object and label, sealed under that person. */
struct event people_event(const struct scene *scene, enum action action, const struct person *person);

/* people_role_event - role.assigned or role.removed, sealed. */
fallible people_role_event(const struct scene *scene, enum action action, const struct person *person,
	struct span role, struct event_draft *draft);

/* people_seal - a person's texts, sealed, in the scene's arena. */
fallible people_seal(const struct scene *scene, const struct person *person, struct span *sealed);

/* people_sum_roles - what these roles hold together, not expanded. Fails: INVALID one of them is none of the
 * tenant's. */
fallible people_sum_roles(const struct view *view, struct id tenant, const struct span *roles, size_t count,
	uint64_t *capabilities);

/* people_find - the person of a path, if the caller may see him: a person who acts needs people.read, but for
 * himself. Fails: NOT_FOUND. */
fallible people_find(const struct scene *scene, struct span id_or_ref, struct person *person);

/* people_shows_email - whether the caller sees an address unmasked. */
bool people_shows_email(const struct caller *caller, const struct person *person);

/* people_kind_name, people_state_name - the words of the API. */
const char *people_kind_name(enum person_kind kind);
const char *people_state_name(enum person_state state);

/* What a list is narrowed to; -1, none and empty = everybody who is neither removed nor erased. */
struct people_filter {
	int kind, state;
	struct id client;
	struct span
		text; /* folded (text_fold): stands in the name, the ref, or an address that the caller sees */
};

struct people_walk {
	struct people_filter filter;
	struct id after; /* who was looked at last; none = from the first */
	size_t left;     /* how many may still be looked at: names are sealed, so each is opened */
};

/* people_next - the next one that the filter lets through. False at the end, or when nothing is `left`: check
 * *err. */
bool people_next(const struct scene *scene, struct people_walk *walk, struct person *person, struct err *err);
