/* SPDX-License-Identifier: Apache-2.0 */
/* person - anybody known to a tenant; name, address and ref are sealed under the person's own key. */
#pragma once

#include "base/arena.h"
#include "policies/languages.h"
#include "policies/roles.h"
#include "store/nouns/noun.h"

enum { PERSON_NAME_MAX = 200, PERSON_EMAIL_MAX = 254, PERSON_REF_MAX = 128, PERSON_ROLES_MAX = 8 };

/* Stored numbers: never renumber. */
enum person_kind { PERSON_STAFF = 0, PERSON_OF_CLIENT = 1, PERSON_EXTERNAL = 2 };
enum person_state {
	PERSON_ACTIVE = 0,
	PERSON_SUSPENDED = 1,
	PERSON_REMOVED = 2,
	PERSON_ERASING = 3,
	PERSON_ERASED = 4
};

struct person {
	struct id tenant;
	struct id id;
	enum person_kind kind;
	enum person_state state;
	enum language language;
	struct id client; /* whose contact; none for others */
	struct id branch; /* none: of no branch */
	struct instant created;
	uint32_t notice; /* version of the monitoring notice that the person acknowledged; 0 = none */
	struct instant email_changed; /* an address younger than 24 hours gets no enrolment code */
	struct span roles[PERSON_ROLES_MAX];
	size_t role_count;
	struct span name; /* sealed, as the two below */
	struct span email;
	struct span ref;
	struct span branch_name; /* of the branch; not of this row */
	uint64_t version;
};

/* person_get - texts lie in the arena. Fails: NOT_FOUND · FORGED · CORRUPT · NO_MEMORY. An erased person has
 * empty texts. */
fallible person_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct person *person);

/* person_get_clear - all but the sealed texts, which stay empty: for who only asks for state and roles. Fails
 * likewise. */
fallible person_get_clear(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct person *person);

/* person_seal - the sealed texts, in prepare; person_put - the row, in the act, with texts sealed before; by the address in
 * them the person is found from then on (store/nouns/mailbox.h). */
fallible person_seal(const struct keys *keys, const struct person *person, struct buf *sealed);
fallible person_put(struct act *act, const struct person *person, struct span sealed);

/* person_by_ref - by the caller's own name for them: one keyed hash. Fails: NOT_FOUND · BUSY. */
fallible person_by_ref(const struct view *view, struct id tenant, struct span ref, struct id *id);

/* person_put_ref, person_drop_ref - the look-up row of a ref. Fails: REF_TAKEN another person has it. */
fallible person_put_ref(struct act *act, const struct person *person);
fallible person_drop_ref(struct act *act, const struct person *person);

/* person_ref_at - the key of that row; of a ref that is not empty. Fails: BUSY. */
fallible person_ref_at(const struct keys *keys, const struct person *person, struct noun_key *key);

/* person_find - by id or ref, whatever a path or body names. Fails: NOT_FOUND. person_find_clear - and all but the sealed texts,
 * without reading the row twice. */
fallible person_find(const struct view *view, struct id tenant, struct span id_or_ref, struct id *id);
fallible person_find_clear(const struct view *view, struct id tenant, struct span id_or_ref,
	struct arena *arena, struct person *person);

/* person_next - walk a tenant's people in the order of their ids; `after` none = from the first. False at the
 * end: check *err. */
bool person_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct person *person, struct err *err);

/* person_next_clear - the same without the sealed texts, as person_get_clear. */
bool person_next_clear(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct person *person, struct err *err);

/* A role of a tenant. */
struct role {
	struct span name;
	uint64_t capabilities; /* of policies/capabilities.def, not expanded */
	enum roles_factor least_factor;
	uint64_t version;
};

/* role_get - Fails: NOT_FOUND. role_put - inside an act. role_next - in the order of names; `after` empty =
 * from the first. */
fallible role_get(const struct view *view, struct id tenant, struct span name, struct role *role);
fallible role_put(struct act *act, struct id tenant, const struct role *role);
bool role_next(const struct view *view, struct id tenant, struct span *after, struct arena *arena,
	struct role *role, struct err *err);

/* person_print_roles - the names of the roles, with a space between them. Fails: NO_MEMORY. */
fallible person_print_roles(const struct person *person, struct arena *arena, struct span *names);

/* person_capabilities - the union over the person's roles, expanded. A role that is gone gives nothing. */
fallible person_capabilities(const struct view *view, const struct person *person, uint64_t *capabilities);
