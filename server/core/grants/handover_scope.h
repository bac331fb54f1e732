/* SPDX-License-Identifier: Apache-2.0 */
/* handover_scope - which grants a handover moves, client by client, and which clients it has to leave out. A client is
 * moved whole or not at all: so there is never nobody who serves it, nor two where one may. */
#pragma once

#include "store/act.h"
#include "store/nouns/grant.h"
#include "store/nouns/handover.h"

/* With an end, a copy and a suspension each, and two events a client, they fit into one act. */
enum { HANDOVER_SCOPE_MOVES_MAX = 280 };

struct handover_scope_client {
	struct id client;
	uint32_t moves;          /* grants of `from` that can be handed on */
	enum handover_block why; /* HANDOVER_MOVES, or why it is left out */
};

struct handover_scope {
	struct handover_scope_client clients[HANDOVER_CLIENTS_MAX];
	size_t count;
	uint32_t moves; /* of the clients that are not left out */
};

/* handover_scope_read - as of a time.
 *
 *   handover  who, which clients (one that takes all: those of whom `from` has grants now), when
 * Fails: TOO_LARGE it takes all, and these are more than HANDOVER_CLIENTS_MAX · NOT_FOUND a client is gone · as grant_next.
 * Cost: O(grants of `from`, grants of each client, handovers of the tenant). */
fallible handover_scope_read(const struct view *view, const struct handover *handover, struct instant now,
	struct handover_scope *scope);

/* handover_scope_next - walk the grants that are moved, in the order of their ids; `at` none = from the first. What is
 * done to a grant meanwhile moves no other.
 *
 *   arena  cleared: it holds the texts of one grant
 * False at the end: check *err. */
bool handover_scope_next(const struct view *view, const struct handover *handover,
	const struct handover_scope *scope, struct instant now, struct id *at, struct arena *arena,
	struct grant *grant, struct err *err);

/* handover_scope_keep - what moves now, as the clients of the handover. */
void handover_scope_keep(const struct handover_scope *scope, struct handover *handover);

/* handover_scope_check_alone - inside an act, of a grant that is to open: where a tenant chose that one assistant serves a client at
 * a time, whether nobody else of the staff does meanwhile. A grant for a task is none that serves. Fails: OTHER_ASSISTANT. */
fallible handover_scope_check_alone(struct act *act, const struct grant *grant);
