/* SPDX-License-Identifier: Apache-2.0 */
/* handovers - asking that somebody serves in place of another one, deciding it, ending it early, accepting it.
 *
 * requested -> approved by a second person, who is neither of the two: the clients are told in that very act, and the
 * stand-in may read the briefing -> active at its start -> returned at its end, or early (handover_turns.h). */
#pragma once

#include "server/core/grants/handover_news.h"
#include "server/core/grants/handover_turns.h"
#include "server/core/scene.h"

/* ---- asking ---- */

struct handovers_add {
	/* asked */
	struct span from, to; /* id or ref of a person */
	struct span clients[HANDOVER_CLIENTS_MAX];
	size_t client_count; /* 0 = all of whom `from` has grants */
	struct handover_plan plan;
	/* prepared */
	struct handover_fault fault; /* after INVALID: the member that is at fault */
	struct handover handover;
	struct handover_scope scope;
	struct event_draft requested;
	struct letters told; /* who decides it, and who is to stand in */
};

/* handovers_add_prepare - by a proven person. Fails: PERSON_UNPROVEN · UNKNOWN_PERSON · UNKNOWN_CLIENT · INVALID with
 * add->fault · CONFLICT there is nothing to be handed over. */
fallible handovers_add_prepare(const struct scene *scene, struct handovers_add *add);
fallible handovers_add_write(struct act *act, struct handovers_add *add);

/* handovers_tell_requested - the mails of a handover that waits: to who may approve it, and to who is to stand in; not to who asks.
 *
 *   told  emptied first
 * Fails: as letters_add. */
fallible handovers_tell_requested(
	const struct scene *scene, const struct handover *handover, struct letters *told);

/* ---- deciding ---- */

struct handovers_decide {
	bool approve;             /* asked */
	struct handover handover; /* as handovers_find found it, then as it is decided */
	struct handover after;    /* as the act leaves it */
	/* prepared */
	struct handover_scope scope;
	struct handover_news news;
	struct event_draft decided, overridden;
	struct letters told; /* who asked hears of a no; the owners of a rule set aside */
	bool overrides;      /* the clients are told later than planned: policy.overridden */
};

/* handovers_decide_prepare - by a proven person who is neither requester nor one of the two. Fails: PERSON_UNPROVEN ·
 * DENIED · CONFLICT it does not wait for a decision, or nothing of it can be moved.
 * handovers_decide_write - the clients' mails, then the stand-in's copies; and when its start has come, its start. Fails:
 * STALE what moves is not what the mails say. */
fallible handovers_decide_prepare(const struct scene *scene, struct handovers_decide *decide);
fallible handovers_decide_write(struct act *act, struct handovers_decide *decide);

/* ---- ending it early, accepting it ---- */

struct handovers_change {
	struct handover handover; /* as handovers_find found it */
	struct handover after;    /* as the act leaves it */
	struct handover_news news;
	struct letters told; /* who asked hears that it was accepted */
	struct event_draft draft;
};

/* handovers_end_prepare - by the one who is stood in for, or by who may request or approve handovers; proven. Before the
 * start it is cancelled, behind it all that moved returns. Fails: PERSON_UNPROVEN · DENIED · CONFLICT it is over. */
fallible handovers_end_prepare(const struct scene *scene, struct handovers_change *end);
fallible handovers_end_write(struct act *act, struct handovers_change *end);

/* handovers_accept_prepare - by the stand-in, proven: the briefing is read. Fails: PERSON_UNPROVEN · DENIED · CONFLICT it
 * is not approved, is over, or was accepted. */
fallible handovers_accept_prepare(const struct scene *scene, struct handovers_change *accept);
fallible handovers_accept_write(struct act *act, struct handovers_change *accept);

/* ---- looking ---- */

/* handovers_sees - the two people, the requester, who may request or approve, and of one that was told the people of its
 * clients. handovers_find - by the id in a path. Fails: NOT_FOUND. */
fallible handovers_sees(const struct scene *scene, const struct handover *handover, bool *sees);
fallible handovers_find(const struct scene *scene, struct span text, struct handover *handover);

/* handovers_check_briefing - what is to be known before the start: for the stand-in, from the approval to the end. Fails:
 * DENIED · CONFLICT. */
fallible handovers_check_briefing(const struct caller *caller, const struct handover *handover);
