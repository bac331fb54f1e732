/* SPDX-License-Identifier: Apache-2.0 */
/* takeouts - a client's credentials leave in a file, by two people: asked for, approved, taken back. Taking the file is
 * server/core/vault/takeout_taking.h.
 *
 * Asked for with a purpose and the key that the file will be sealed to, by one of the staff who may give grants and see secrets,
 * or by a contact of the client; approved by another person with grant.approve, or another contact of the client. Nobody
 * else ever holds the file, and what was put in after the request is not in it. */
#pragma once

#include "server/core/letters.h"
#include "server/core/scene.h"
#include "store/nouns/client.h"
#include "store/nouns/credential.h"
#include "store/nouns/expiry.h"
#include "store/nouns/takeout.h"

enum { TAKEOUTS_MAX = 1000 /* credentials of one file */ };

/* Why a credential is not in the file. */
enum takeouts_left {
	TAKEOUTS_LEAVES,
	TAKEOUTS_NO_REVEAL, /* its ceiling has no mode reveal */
	TAKEOUTS_ARCHIVED,
	TAKEOUTS_EMPTY, /* it has nothing that reveal would show */
	TAKEOUTS_NEWER, /* it was put in after the request */
	TAKEOUTS_LEFT_COUNT
};

/* takeouts_left_name - "no_reveal". Static. */
const char *takeouts_left_name(enum takeouts_left left);

struct takeouts_item {
	struct id credential;
	enum takeouts_left left;
	enum credential_kind kind;
	bool stays_seed; /* of a login that leaves: the seed of its codes does not, as reveal never shows one */
	struct span title;
	uint64_t row;           /* of the credential */
	uint64_t number, known; /* the version that leaves, and the one that whoever sees it knows */
};

/* Every credential of a client that is not shredded, in the order of their ids. */
struct takeouts_plan {
	struct takeouts_item *items;
	size_t count, leaves;
};

/* takeouts_plan - what would leave now of what was there at `until`. Fails: CONFLICT there are more than TAKEOUTS_MAX ·
 * NO_MEMORY. */
fallible takeouts_plan(
	const struct scene *scene, struct id client, struct instant until, struct takeouts_plan *plan);

struct takeouts_ask {
	/* asked */
	struct span client; /* id or ref */
	struct span purpose;
	enum takeout_format format;
	uint8_t recipient[AGE_RECIPIENT];
	/* prepared */
	struct takeout takeout;
	struct takeouts_plan plan;
	struct span sealed;
	uint64_t client_row;
	struct event_draft draft;
	struct letters told; /* to the client and the owners */
};

/* takeouts_ask_prepare - by a proven person. Fails: PERSON_UNPROVEN · DENIED · UNKNOWN_CLIENT also one that the caller does not
 * see · FROZEN · CONFLICT the client has left, or nothing may leave. takeouts_ask_write - Fails: CONFLICT one of the client's
 * waits already · STALE. */
fallible takeouts_ask_prepare(const struct scene *scene, struct takeouts_ask *ask);
fallible takeouts_ask_write(struct act *act, struct takeouts_ask *ask);

/* takeouts_find - by the id in a path: seen by who asked, by who may approve, and by the client. Fails: NOT_FOUND.
 * takeouts_sees - whether one is seen by this caller. */
fallible takeouts_find(const struct scene *scene, struct span text, struct takeout *takeout);
fallible takeouts_sees(const struct scene *scene, const struct takeout *takeout, bool *sees);

struct takeouts_decide {
	struct takeout takeout; /* as takeouts_find found it; then as it will be */
	bool approve;           /* asked */
	/* prepared */
	uint64_t client_row;
	struct event_draft draft;
};

/* takeouts_decide_prepare - by an approver who did not ask. Fails: PERSON_UNPROVEN · DENIED · FROZEN · CONFLICT it does not
 * wait · EXPIRED. takeouts_cancel_prepare - by who asked, or an approver, until it was taken. takeouts_decide_write - either. */
fallible takeouts_decide_prepare(const struct scene *scene, struct takeouts_decide *decide);
fallible takeouts_cancel_prepare(const struct scene *scene, struct takeouts_decide *cancel);
fallible takeouts_decide_write(struct act *act, struct takeouts_decide *decide);

/* takeouts_check_approver - the caller may decide this one. Fails: PERSON_UNPROVEN · DENIED. takeouts_check_requester - may take
 * the client's out. Fails: likewise. takeouts_check_client - it is served, and not frozen. Fails: FROZEN · CONFLICT. */
fallible takeouts_check_approver(const struct scene *scene, const struct takeout *takeout);
fallible takeouts_check_requester(const struct scene *scene, struct id client);
fallible takeouts_check_client(const struct client *client);

/* takeouts_event - begin an event about one. takeouts_tell - a mail of a kind to the client's contacts and the owners. */
struct event takeouts_event(const struct scene *scene, enum action action, const struct takeout *takeout);
fallible takeouts_tell(const struct scene *scene, const struct client *client, const struct tell_ask *ask,
	struct letters *told);

/* takeouts_sweep - when its time is over: nobody approved it, or took it. */
fallible takeouts_sweep(struct act *act, const struct expiry *expiry);
