/* SPDX-License-Identifier: Apache-2.0 */
/* handover_turns - copies, suspensions and their way back. */
#include "server/core/grants/handover_turns.h"

#include "base/json_out.h"
#include "server/core/grants/checkouts.h"
#include "server/core/grants/grants.h"
#include "store/nouns/event_add.h"
#include "store/nouns/expiry.h"
#include "store/nouns/extension.h"

enum { ONE_GRANT = 64 * 1024, DETAIL_BYTES = 8 * 1024 };

static struct grants_cause cause_of(const struct handover *handover)
{
	return (struct grants_cause){handover_rules_kind(handover->kind), ID_HANDOVER, handover->id};
}

/* What had ended before, or is not in the state that was looked for, is nothing to do. */
static fallible if_it_stands(struct err err, uint32_t *count)
{
	if (err.kind == ERR_CONFLICT)
		return OK;
	TRY(err);
	++*count;
	return OK;
}

/* ---- events ---- */

static struct event begin_event(const struct handover *handover, enum action action)
{
	struct event event = {.action = action,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_HANDOVER};
	event.ids[LEAF_ID_OBJECT] = handover->id;
	return event;
}

static fallible say(struct act *act, const struct handover *handover, struct event *event, struct buf *detail)
{
	TRY(buf_check(detail));
	event->texts[LEAF_TEXT_DETAIL] = buf_span(detail);
	return event_say(act, handover->tenant, event);
}

/* Two numbers, or with `second` NULL one. */
static fallible say_counts(struct act *act, const struct handover *handover, enum action action,
	const char *first, uint32_t count, const char *second, uint32_t other)
{
	scoped(buf) detail = BUF(DETAIL_BYTES);
	struct json_out out = JSON_OUT(&detail);
	struct event event = begin_event(handover, action);
	json_out_open(&out, NULL);
	json_out_text(&out, "kind", handover_rules_kind(handover->kind));
	json_out_id(&out, "from", ID_PERSON, handover->from);
	json_out_id(&out, "to", ID_PERSON, handover->to);
	if (!ids_is_none(handover->ended_by))
		json_out_id(&out, "ended_by", ID_PERSON, handover->ended_by);
	json_out_number(&out, first, count);
	if (second)
		json_out_number(&out, second, other);
	json_out_open_array(&out, "client_ids");
	for (size_t i = 0; i < handover->client_count; i++)
		json_out_id(&out, NULL, ID_CLIENT, handover->clients[i]);
	json_out_close_array(&out);
	json_out_close(&out);
	return say(act, handover, &event, &detail);
}

static fallible say_assigned(struct act *act, const struct handover *handover, struct id client,
	enum action action, struct id assistant)
{
	scoped(buf) detail = BUF(DETAIL_BYTES);
	struct json_out out = JSON_OUT(&detail);
	struct event event = begin_event(handover, action);
	event.ids[LEAF_ID_CLIENT] = client;
	json_out_open(&out, NULL);
	json_out_id(&out, "assistant", ID_PERSON, assistant);
	if (action == ACTION_ASSIGNMENT_STARTED)
		json_out_text(&out, "kind", "primary");
	else
		json_out_text(&out, "cause", handover_rules_kind(handover->kind));
	json_out_close(&out);
	return say(act, handover, &event, &detail);
}

/* Each client's own log says who serves it from now on. A client that is erased by now has none. */
static fallible say_assignments(
	struct act *act, const struct handover *handover, struct id before, struct id after)
{
	for (size_t i = 0; i < handover->client_count; i++) {
		struct id client = handover->clients[i];
		struct err err = say_assigned(act, handover, client, ACTION_ASSIGNMENT_ENDED, before);
		if (err.kind == ERR_NOT_FOUND)
			continue;
		TRY(err);
		TRY(say_assigned(act, handover, client, ACTION_ASSIGNMENT_STARTED, after));
	}
	return OK;
}

/* ---- the row ---- */

fallible handover_turns_put(struct act *act, const struct handover *handover)
{
	const struct handover_facts facts = handover_facts(handover);
	struct expiry look = {EXPIRY_HANDOVER, handover_rules_next(&facts), handover->tenant, handover->id};
	TRY(handover_put(act, handover));
	/* Of what is over nobody can ask for more. */
	if (!handover_rules_is_open(handover->state))
		TRY(extension_drop(act, handover->tenant, handover->id));
	/* What ended untold is looked at by whoever sends mails. */
	if (!handover_rules_is_open(handover->state) && !handover->is_end_told)
		look.at = act->now;
	return look.at.ms ? expiry_put(act, &look) : OK;
}

/* ---- standing by ---- */

static fallible copy_grant(
	struct act *act, const struct handover *handover, const struct grant *grant, bool standby)
{
	const struct grants_copy copy = {.tenant = handover->tenant,
		.grant = grant->id,
		.to = handover->to,
		.from = standby ? handover->start : (struct instant){0},
		.until = handover->until,
		.standby = standby,
		.cause = cause_of(handover)};
	struct handover_move move = {.grant = grant->id};
	struct err err = grants_copy(act, &copy, &move.copy);
	/* Of what nothing can be handed on there is no copy; it comes back all the same. */
	if (err.kind != ERR_CONFLICT)
		TRY(err);
	return handover_move_put(act, handover->tenant, handover->id, &move);
}

fallible handover_turns_stand_by(
	struct act *act, const struct handover *handover, const struct handover_scope *scope)
{
	struct id at = {0};
	struct grant grant;
	struct err err = OK;
	struct view view = view_act(act);
	scoped(arena) arena = ARENA(ONE_GRANT);
	while (handover_scope_next(&view, handover, scope, act->now, &at, &arena, &grant, &err))
		TRY(copy_grant(act, handover, &grant, true));
	return err;
}

/* ---- the start ---- */

/* Opens what stood by. A copy with a count was made of what was left then; by now less may be left. */
static fallible open_copy(struct act *act, const struct handover *handover, const struct grant *grant)
{
	uint32_t opened = 0;
	struct view view = view_act(act);
	const struct grants_cause cause = cause_of(handover);
	struct handover_move move = {.grant = grant->id};
	struct err err = handover_move_get(&view, handover->tenant, handover->id, &move);
	bool stood_by = !err_failed(err) && !ids_is_none(move.copy);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	if (stood_by && grant->uses_max == 0)
		TRY(if_it_stands(grants_activate(act, handover->tenant, move.copy, &cause), &opened));
	else if (stood_by)
		TRY(if_it_stands(grants_end(act, handover->tenant, move.copy, &cause), &opened));
	if (opened && grant->uses_max == 0)
		return OK;
	return copy_grant(act, handover, grant, false);
}

/* What the absent person has checked out is free again, and counted. */
static fallible move_grant(
	struct act *act, struct handover *handover, const struct grant *grant, uint32_t *checkouts)
{
	const struct grants_cause cause = cause_of(handover);
	struct view view = view_act(act);
	bool is_held;
	TRY(checkouts_is_held(&view, grant, act->now, &is_held));
	*checkouts += is_held;
	TRY(open_copy(act, handover, grant));
	if (handover_rules_is_for_good(handover->kind))
		return if_it_stands(grants_end(act, handover->tenant, grant->id, &cause), &handover->moved);
	return if_it_stands(grants_suspend(act, handover->tenant, grant->id, &cause), &handover->moved);
}

static fallible end_idle_copy(struct act *act, const struct handover *handover, struct id id)
{
	struct grant copy;
	struct view view = view_act(act);
	const struct grants_cause cause = cause_of(handover);
	uint32_t ended = 0;
	scoped(arena) arena = ARENA(ONE_GRANT);
	if (ids_is_none(id))
		return OK;
	TRY(grant_get(&view, handover->tenant, id, &arena, &copy));
	if (copy.state != GRANT_STANDBY)
		return OK;
	return if_it_stands(grants_end(act, handover->tenant, copy.id, &cause), &ended);
}

/* Copies that still stand by belong to grants that are not moved after all. */
static fallible end_idle_copies(struct act *act, const struct handover *handover)
{
	struct handover_move move = {.copy = {{0}}};
	struct err err = OK;
	struct view view = view_act(act);
	while (handover_move_next(&view, handover->tenant, handover->id, &move, &err))
		TRY(end_idle_copy(act, handover, move.copy));
	return err;
}

static fallible move_grants(
	struct act *act, struct handover *handover, const struct handover_scope *scope, uint32_t *checkouts)
{
	struct id at = {0};
	struct grant grant;
	struct err err = OK;
	struct view view = view_act(act);
	scoped(arena) arena = ARENA(ONE_GRANT);
	while (handover_scope_next(&view, handover, scope, act->now, &at, &arena, &grant, &err))
		TRY(move_grant(act, handover, &grant, checkouts));
	TRY(err);
	return end_idle_copies(act, handover);
}

static fallible lapse(struct act *act, struct handover *handover)
{
	return handover_turns_end(act, handover, HANDOVER_LAPSED);
}

static fallible start(struct act *act, struct handover *handover)
{
	struct handover_scope scope;
	struct view view = view_act(act);
	bool for_good = handover_rules_is_for_good(handover->kind);
	uint32_t checkouts = 0;
	TRY(handover_scope_read(&view, handover, act->now, &scope));
	if (scope.moves == 0)
		return lapse(act, handover);
	handover_scope_keep(&scope, handover);
	TRY(move_grants(act, handover, &scope, &checkouts));
	handover->started = act->now;
	handover->state = for_good ? HANDOVER_COMPLETED : HANDOVER_ACTIVE;
	handover->ended = for_good ? act->now : (struct instant){0};
	handover->is_end_told = for_good;
	TRY(handover_turns_put(act, handover));
	TRY(say_counts(act, handover, ACTION_HANDOVER_STARTED, "grants_moved", handover->moved,
		"open_checkouts", checkouts));
	return say_assignments(act, handover, handover->from, handover->to);
}

/* ---- the way back ---- */

/* What the copy was used counts on what it was copied from: together never more than that allows. */
static fallible end_copy(
	struct act *act, const struct handover *handover, struct id id, uint32_t *uses, uint32_t *revoked)
{
	struct grant copy;
	struct view view = view_act(act);
	const struct grants_cause cause = cause_of(handover);
	scoped(arena) arena = ARENA(ONE_GRANT);
	*uses = 0;
	if (ids_is_none(id))
		return OK;
	TRY(grant_get(&view, handover->tenant, id, &arena, &copy));
	*uses = copy.uses_made;
	return if_it_stands(grants_end(act, handover->tenant, copy.id, &cause), revoked);
}

static fallible give_back(
	struct act *act, struct handover *handover, const struct handover_move *move, uint32_t *revoked)
{
	uint32_t uses;
	const struct grants_cause cause = cause_of(handover);
	TRY(end_copy(act, handover, move->copy, &uses, revoked));
	return if_it_stands(
		grants_restore(act, handover->tenant, move->grant, uses, &cause), &handover->returned);
}

static fallible return_grants(struct act *act, struct handover *handover)
{
	struct handover_move move = {.copy = {{0}}};
	struct err err = OK;
	struct view view = view_act(act);
	uint32_t revoked = 0;
	while (handover_move_next(&view, handover->tenant, handover->id, &move, &err))
		TRY(give_back(act, handover, &move, &revoked));
	TRY(err);
	TRY(say_counts(act, handover, ACTION_HANDOVER_COMPLETED, "grants_returned", handover->returned,
		"grants_revoked", revoked));
	return say_assignments(act, handover, handover->to, handover->from);
}

static fallible say_lapsed(struct act *act, const struct handover *handover)
{
	scoped(buf) detail = BUF(DETAIL_BYTES);
	struct event event = begin_event(handover, ACTION_HANDOVER_CANCELLED);
	event.texts[LEAF_TEXT_REASON] = span_text(handover_rules_state(handover->state));
	buf_put_text(&detail, "{}");
	return say(act, handover, &event, &detail);
}

/* What waited for the successor of somebody who has left goes the way of the rest. */
static fallible end_suspended(struct act *act, const struct handover *handover)
{
	struct grant grant;
	struct id after = {0};
	struct err err = OK;
	struct view view = view_act(act);
	const struct grants_cause cause = cause_of(handover);
	scoped(arena) arena = ARENA(ONE_GRANT);
	uint32_t ended = 0;
	if (handover->kind != HANDOVER_DEPARTURE)
		return OK;
	for (; grant_next(&view, handover->tenant, handover->from, &after, &arena, &grant, &err);
		arena_clear(&arena))
		if (grant.state == GRANT_SUSPENDED && ids_equal(grant.suspended_by, handover->id))
			TRY(if_it_stands(grants_end(act, handover->tenant, grant.id, &cause), &ended));
	return err;
}

fallible handover_turns_end(struct act *act, struct handover *handover, enum handover_state state)
{
	bool was_active = handover->state == HANDOVER_ACTIVE;
	handover->state = state;
	handover->ended = act->now;
	/* Who was never told of it need not be told that it is over. */
	handover->is_end_told = handover->is_end_told || handover->told.ms == 0;
	if (was_active) {
		TRY(return_grants(act, handover));
	} else {
		TRY(end_idle_copies(act, handover));
		TRY(end_suspended(act, handover));
		/* What a person ends, that person's own event says. */
		if (ids_is_none(handover->ended_by))
			TRY(say_lapsed(act, handover));
	}
	return handover_turns_put(act, handover);
}

fallible handover_turns_end_copy(struct act *act, const struct grant *grant)
{
	struct handover handover;
	struct view view = view_act(act);
	struct handover_move move = {.grant = grant->id};
	uint32_t uses, revoked = 0;
	if (ids_is_none(grant->suspended_by))
		return OK;
	TRY(handover_get(&view, grant->tenant, grant->suspended_by, &handover));
	struct err err = handover_move_get(&view, grant->tenant, handover.id, &move);
	/* What waits for the successor of somebody who left was not handed on yet. */
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return end_copy(act, &handover, move.copy, &uses, &revoked);
}

/* ---- another end ---- */

static fallible extend_copy(struct act *act, const struct handover *handover,
	const struct handover_move *move, uint32_t *extended)
{
	const struct grants_extend extend = {
		handover->tenant, move->copy, move->grant, handover->until, cause_of(handover)};
	return ids_is_none(move->copy) ? OK : if_it_stands(grants_extend(act, &extend), extended);
}

fallible handover_turns_extend(struct act *act, const struct handover *handover)
{
	struct handover_move move = {.copy = {{0}}};
	struct err err = OK;
	struct view view = view_act(act);
	uint32_t extended = 0;
	while (handover_move_next(&view, handover->tenant, handover->id, &move, &err))
		TRY(extend_copy(act, handover, &move, &extended));
	TRY(err);
	return handover_turns_put(act, handover);
}

/* ---- whoever comes first ---- */

fallible handover_turns_run(struct act *act, struct handover *handover, bool *done)
{
	const struct handover_facts facts = handover_facts(handover);
	enum handover_step step = handover_rules_step(&facts, act->now);
	*done = step != HANDOVER_STAYS;
	switch (step) {
	case HANDOVER_STAYS:
		break;
	case HANDOVER_STARTS:
		return start(act, handover);
	case HANDOVER_RETURNS:
		return handover_turns_end(act, handover, HANDOVER_RETURNED);
	case HANDOVER_LAPSES:
		return lapse(act, handover);
	}
	return OK;
}

/* The order in which what is due is done: by its time, and at one time what returns first, so that it can be handed on. */
static bool comes_before(const struct handover *one, const struct handover *other)
{
	const struct handover_facts a = handover_facts(one), b = handover_facts(other);
	int64_t first = handover_rules_next(&a).ms, second = handover_rules_next(&b).ms;
	if (first != second)
		return first < second;
	if (a.state != b.state)
		return a.state == HANDOVER_ACTIVE;
	return memcmp(one->id.bytes, other->id.bytes, sizeof one->id.bytes) < 0;
}

static fallible find_first_due(const struct view *view, struct id tenant, struct id person,
	struct instant now, struct handover *first, bool *found)
{
	struct handover handover;
	struct id after = {0};
	struct err err = OK;
	*found = false;
	while (handover_open_next(view, tenant, person, &after, &handover, &err)) {
		const struct handover_facts facts = handover_facts(&handover);
		bool due = handover_rules_step(&facts, now) != HANDOVER_STAYS;
		if (due && (!*found || comes_before(&handover, first)))
			*first = handover;
		*found = *found || due;
	}
	return err;
}

/* What the one who gives has to get back, or to get, before. Each step goes to an earlier one, so it ends. */
static fallible find_first_of_chain(struct act *act, struct id tenant, struct handover *first)
{
	struct view view = view_act(act);
	for (bool moved = true; moved;) {
		bool found;
		struct handover earlier = *first;
		TRY(find_first_due(&view, tenant, first->from, act->now, &earlier, &found));
		moved = found && !ids_equal(earlier.id, first->id);
		*first = earlier;
	}
	return OK;
}

fallible handover_turns_is_due(
	const struct view *view, struct id tenant, struct id person, struct instant now, bool *due)
{
	struct handover first;
	return find_first_due(view, tenant, person, now, &first, due);
}

fallible handover_turns_catch_up(struct act *act, struct id tenant, struct id person)
{
	struct view view = view_act(act);
	for (bool found = true; found;) {
		struct handover first;
		bool done;
		TRY(find_first_due(&view, tenant, person, act->now, &first, &found));
		if (!found)
			break;
		TRY(find_first_of_chain(act, tenant, &first));
		TRY(handover_turns_run(act, &first, &done));
	}
	return OK;
}
