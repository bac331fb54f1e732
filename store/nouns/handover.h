/* SPDX-License-Identifier: Apache-2.0 */
/* handover - who serves which clients in place of whom, from when to when; which grants were handed on; and how a tenant
 * assigns its clients. Numbers and ids only: there is nothing in it to be sealed.
 *
 * Source: docs/formats.md "handover". */
#pragma once

#include "policies/handover_rules.h"
#include "store/nouns/noun.h"

enum { HANDOVER_CLIENTS_MAX = 64 };

struct handover {
	struct id tenant;
	struct id id;
	enum handover_state state;
	enum handover_kind kind;
	enum handover_reason reason;
	enum handover_override override;
	bool is_end_told; /* the clients were told that it is over, or had nothing to be told */
	bool takes_all;   /* all clients of `from`, also those that come until the start */
	struct id from;   /* who served until then */
	struct id to;     /* who serves from then on */
	struct id requester;
	struct id approver; /* or who refused; none = nobody yet */
	struct id ended_by; /* who cancelled it, or had it return early; none: time did */
	struct instant requested;
	struct instant start;
	struct instant until;    /* ms 0 = open */
	struct instant decided;  /* ms 0 = not yet, as the ones below */
	struct instant told;     /* when the mails to the clients were queued */
	struct instant started;  /* when the grants moved */
	struct instant accepted; /* when the stand-in said that the briefing is read */
	struct instant ended;
	uint32_t moved;    /* grants, at the start */
	uint32_t returned; /* of them, given back */
	struct id clients[HANDOVER_CLIENTS_MAX];
	size_t client_count; /* of one that takes all: those of the approval, then of the start */
	uint64_t version;
};

/* handover_get - Fails: NOT_FOUND · FORGED · CORRUPT. handover_put - inside an act; also keeps the row of each of the two
 * people as long as it is open. handover_next - walk a tenant's in the order of their ids; `after` none = from the first.
 * handover_open_next - the open ones in which a person gives or takes. False at the end: check *err. */
fallible handover_get(const struct view *view, struct id tenant, struct id id, struct handover *handover);
fallible handover_put(struct act *act, const struct handover *handover);
bool handover_next(const struct view *view, struct id tenant, struct id *after, struct handover *handover,
	struct err *err);
bool handover_open_next(const struct view *view, struct id tenant, struct id person, struct id *after,
	struct handover *handover, struct err *err);

/* handover_facts - what the rules go by. handover_covers - whether a client is among its clients by now. */
struct handover_facts handover_facts(const struct handover *handover);
bool handover_covers(const struct handover *handover, struct id client);

/* One grant that is handed on, and the one that stands for it. */
struct handover_move {
	struct id grant; /* of `from` */
	struct id copy;  /* of `to`; none: nothing of it could be handed on */
};

/* handover_move_put - a new one, or another copy. handover_move_get - Fails: NOT_FOUND. handover_move_next - in the order
 * of the grants' ids; move->grant none = from the first. False at the end: check *err. */
fallible handover_move_put(
	struct act *act, struct id tenant, struct id handover, const struct handover_move *move);
fallible handover_move_get(
	const struct view *view, struct id tenant, struct id handover, struct handover_move *move);
bool handover_move_next(const struct view *view, struct id tenant, struct id handover,
	struct handover_move *move, struct err *err);

/* How a tenant assigns its clients. */
struct handover_assignment {
	struct id tenant;
	enum handover_model model;
	bool is_set; /* somebody chose it; else it is the default */
	uint64_t version;
};

/* handover_assignment_get - HANDOVER_EXCLUSIVE while nobody chose. Fails: FORGED · CORRUPT. */
fallible handover_assignment_get(
	const struct view *view, struct id tenant, struct handover_assignment *assignment);
fallible handover_assignment_put(struct act *act, const struct handover_assignment *assignment);
