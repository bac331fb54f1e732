/* SPDX-License-Identifier: Apache-2.0 */
/* handovers - who may, what is moved, who is told; then one act. */
#include "server/core/grants/handovers.h"

#include "base/json_out.h"
#include "crypto/random.h"
#include "server/core/change_news.h"
#include "server/core/second.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/person.h"

enum { DETAIL_BYTES = 8 * 1024, ONE_NOUN = 64 * 1024 };

static fallible check_still(struct act *act, const struct handover *handover)
{
	struct noun_key key = noun_key(handover->tenant, id_span(&handover->id), SPAN_NONE);
	return noun_still(act, TABLE_HANDOVER, noun_key_span(&key), handover->version);
}

static struct letters_desk desk_of(const struct scene *scene)
{
	return (struct letters_desk){scene->server, scene->view, scene->caller->tenant, scene->arena};
}

/* ---- who is told ---- */

static fallible name(const struct scene *scene, enum action action, const struct handover *handover,
	struct change_news *news)
{
	const struct letters_desk desk = desk_of(scene);
	*news = (struct change_news){.action = action, .about = handover->id};
	return handover_news_label(&desk, handover->from, handover->to, &news->label);
}

static fallible tell_requester(
	const struct scene *scene, enum action action, const struct handover *handover, struct letters *told)
{
	struct change_news news;
	TRY(name(scene, action, handover, &news));
	return change_news_tell(scene, &news, handover->requester, told);
}

/* ---- events ---- */

static void put_terms(const struct handover *handover, struct json_out *out)
{
	json_out_text(out, "kind", handover_rules_kind(handover->kind));
	json_out_id(out, "from", ID_PERSON, handover->from);
	json_out_id(out, "to", ID_PERSON, handover->to);
	json_out_time(out, "start", handover->start);
	if (handover->until.ms)
		json_out_time(out, "end", handover->until);
	else
		json_out_text(out, "end", "open");
	json_out_open_array(out, "client_ids");
	for (size_t i = 0; i < handover->client_count; i++)
		json_out_id(out, NULL, ID_CLIENT, handover->clients[i]);
	json_out_close_array(out);
}

/* reason: a word of ours; NULL = none. */
static fallible seal_event(const struct scene *scene, enum action action, const struct handover *handover,
	const char *reason, struct buf *detail, struct event_draft *draft)
{
	struct event event = scene_event(scene, action);
	if (reason)
		event.texts[LEAF_TEXT_REASON] = span_text(reason);
	event.has_object_kind = true;
	event.object_kind = ID_HANDOVER;
	event.ids[LEAF_ID_OBJECT] = handover->id;
	TRY(buf_check(detail));
	event.texts[LEAF_TEXT_DETAIL] = buf_span(detail);
	return scene_seal(scene, &event, draft);
}

static fallible seal_requested(const struct scene *scene, struct handovers_add *add)
{
	scoped(buf) detail = BUF(DETAIL_BYTES);
	struct json_out out = JSON_OUT(&detail);
	json_out_open(&out, NULL);
	put_terms(&add->handover, &out);
	json_out_close(&out);
	return seal_event(scene, ACTION_HANDOVER_REQUESTED, &add->handover,
		handover_rules_reason(add->handover.reason), &detail, &add->requested);
}

/* Somebody said no: before the decision, or before the start. */
static fallible seal_no(const struct scene *scene, enum action action, const struct handover *handover,
	struct event_draft *draft)
{
	scoped(buf) detail = BUF(DETAIL_BYTES);
	struct json_out out = JSON_OUT(&detail);
	json_out_open(&out, NULL);
	json_out_id(&out, "from", ID_PERSON, handover->from);
	json_out_id(&out, "to", ID_PERSON, handover->to);
	json_out_close(&out);
	return seal_event(scene, action, handover, "by_a_person", &detail, draft);
}

/* ---- asking ---- */

static fallible find_person(const struct scene *scene, struct span text, struct person *person)
{
	struct id id;
	struct err err = person_find(scene->view, scene->caller->tenant, text, &id);
	if (!err_failed(err))
		err = person_get_clear(scene->view, scene->caller->tenant, id, scene->arena, person);
	if (err.kind == ERR_NOT_FOUND || (!err_failed(err) && person->state >= PERSON_ERASING))
		return FAIL_CODE(UNKNOWN_PERSON, "a handover is from and to people of this tenant");
	return err;
}

static fallible refuse_member(struct handovers_add *add, const char *member)
{
	add->fault = (struct handover_fault){member, "not_allowed"};
	return FAIL(INVALID, "a handover is between two different people of the staff");
}

static fallible find_people(const struct scene *scene, struct handovers_add *add)
{
	struct person from, to;
	add->fault = (struct handover_fault){"from", "unknown_person"};
	TRY(find_person(scene, add->from, &from));
	add->fault = (struct handover_fault){"to", "unknown_person"};
	TRY(find_person(scene, add->to, &to));
	add->fault = (struct handover_fault){NULL, NULL};
	if (from.kind != PERSON_STAFF)
		return refuse_member(add, "from");
	if (to.kind != PERSON_STAFF || to.state != PERSON_ACTIVE || ids_equal(from.id, to.id))
		return refuse_member(add, "to");
	add->handover.from = from.id;
	add->handover.to = to.id;
	return OK;
}

/* Named twice is named once. */
static fallible find_clients(const struct scene *scene, struct handovers_add *add)
{
	struct handover *handover = &add->handover;
	handover->takes_all = add->client_count == 0;
	handover->client_count = 0;
	for (size_t i = 0; i < add->client_count; i++) {
		struct id id;
		struct err err = client_find(scene->view, handover->tenant, add->clients[i], &id);
		if (err.kind == ERR_NOT_FOUND) {
			add->fault = (struct handover_fault){"clients", "unknown_client"};
			return FAIL_CODE(UNKNOWN_CLIENT, "a handover is of clients of this tenant");
		}
		TRY(err);
		if (!handover_covers(handover, id))
			handover->clients[handover->client_count++] = id;
	}
	return OK;
}

static fallible check_plan(const struct scene *scene, struct handovers_add *add)
{
	add->fault = handover_rules_check(&add->plan, scene->now);
	if (add->fault.member)
		return FAIL(INVALID, "a handover's times, or why they are short, are not allowed");
	return OK;
}

static fallible read_scope(const struct scene *scene, struct handovers_add *add)
{
	struct err err = handover_scope_read(scene->view, &add->handover, scene->now, &add->scope);
	if (err.kind == ERR_TOO_LARGE) {
		add->fault = (struct handover_fault){"clients", "too_many"};
		return FAIL(
			INVALID, "somebody serves more clients than one handover takes: name some of them");
	}
	TRY(err);
	for (size_t i = 0; i < add->scope.count; i++)
		if (add->scope.clients[i].moves)
			return OK;
	return FAIL(CONFLICT, "there is nothing to be handed over");
}

fallible handovers_tell_requested(
	const struct scene *scene, const struct handover *handover, struct letters *told)
{
	struct change_news news;
	told->count = 0;
	TRY(name(scene, ACTION_HANDOVER_REQUESTED, handover, &news));
	TRY(change_news_tell(scene, &news, handover->to, told));
	return change_news_tell_owners(scene, &news, CAPABILITY_BIT(HANDOVER_APPROVE), told);
}

fallible handovers_add_prepare(const struct scene *scene, struct handovers_add *add)
{
	struct handover *handover = &add->handover;
	const struct handover_plan *plan = &add->plan;
	TRY(second_check_person(scene->caller));
	*handover = (struct handover){.tenant = scene->caller->tenant,
		.id = random_id(scene->now),
		.state = HANDOVER_REQUESTED,
		.kind = plan->kind,
		.reason = plan->reason,
		.override = plan->override,
		.requester = scene->caller->person,
		.requested = scene->now,
		.start = plan->start,
		.until = plan->until};
	TRY(find_people(scene, add));
	TRY(find_clients(scene, add));
	TRY(check_plan(scene, add));
	TRY(read_scope(scene, add));
	TRY(handovers_tell_requested(scene, handover, &add->told));
	return seal_requested(scene, add);
}

fallible handovers_add_write(struct act *act, struct handovers_add *add)
{
	TRY(handover_turns_put(act, &add->handover));
	TRY(letters_write(act, &add->told));
	return event_add(act, add->handover.tenant, &add->requested.leaf, NULL);
}

/* ---- deciding ---- */

static fallible check_waits(const struct handover *handover, struct instant now)
{
	const struct handover_facts facts = handover_facts(handover);
	bool waits =
		handover->state == HANDOVER_REQUESTED && handover_rules_step(&facts, now) == HANDOVER_STAYS;
	return waits ? OK : FAIL(CONFLICT, "the handover does not wait for a decision");
}

/* What is planned and told later than it should be is a rule that was set aside, by two people. */
static fallible seal_overridden(const struct scene *scene, struct handovers_decide *decide)
{
	const struct handover *handover = &decide->handover;
	scoped(buf) detail = BUF(DETAIL_BYTES);
	struct json_out out = JSON_OUT(&detail);
	decide->overrides = handover->override != HANDOVER_OVERRIDE_NONE;
	json_out_open(&out, NULL);
	json_out_text(&out, "policy", "handover.lead");
	json_out_id(&out, "requester", ID_PERSON, handover->requester);
	json_out_id(&out, "approver", ID_PERSON, scene->caller->person);
	json_out_close(&out);
	return seal_event(scene, ACTION_POLICY_OVERRIDDEN, handover,
		handover_rules_override(handover->override), &detail, &decide->overridden);
}

static fallible seal_approved(const struct scene *scene, struct handovers_decide *decide)
{
	const struct handover *handover = &decide->handover;
	scoped(buf) detail = BUF(DETAIL_BYTES);
	struct json_out out = JSON_OUT(&detail);
	json_out_open(&out, NULL);
	json_out_id(&out, "approver", ID_PERSON, scene->caller->person);
	json_out_number(&out, "grants", decide->scope.moves);
	put_terms(handover, &out);
	json_out_close(&out);
	TRY(seal_event(scene, ACTION_HANDOVER_APPROVED, handover, NULL, &detail, &decide->decided));
	return seal_overridden(scene, decide);
}

static fallible tell_override(const struct scene *scene, struct handovers_decide *decide)
{
	struct change_news news;
	if (decide->handover.override == HANDOVER_OVERRIDE_NONE)
		return OK;
	TRY(name(scene, ACTION_POLICY_OVERRIDDEN, &decide->handover, &news));
	return change_news_tell_owners(scene, &news, 0, &decide->told);
}

static fallible prepare_approval(const struct scene *scene, struct handovers_decide *decide)
{
	struct handover *handover = &decide->handover;
	const struct letters_desk desk = desk_of(scene);
	TRY(handover_scope_read(scene->view, handover, scene->now, &decide->scope));
	if (decide->scope.moves == 0)
		return FAIL(CONFLICT, "nothing of the handover can be moved");
	handover_scope_keep(&decide->scope, handover);
	handover->state = HANDOVER_APPROVED;
	handover->told = scene->now;
	TRY(handover_news_begin(&desk, handover, scene->now, &decide->news));
	TRY(tell_override(scene, decide));
	return seal_approved(scene, decide);
}

fallible handovers_decide_prepare(const struct scene *scene, struct handovers_decide *decide)
{
	struct handover *handover = &decide->handover;
	const struct id part[] = {handover->requester, handover->from, handover->to};
	TRY(second_check_other(scene, part, sizeof part / sizeof part[0]));
	TRY(check_waits(handover, scene->now));
	handover->approver = scene->caller->person;
	handover->decided = scene->now;
	decide->told.count = 0;
	if (decide->approve)
		return prepare_approval(scene, decide);
	handover->ended_by = scene->caller->person;
	TRY(tell_requester(scene, ACTION_HANDOVER_REFUSED, handover, &decide->told));
	return seal_no(scene, ACTION_HANDOVER_REFUSED, handover, &decide->decided);
}

/* The same clients as when the mails were written. */
static fallible check_scope(struct act *act, const struct handovers_decide *decide)
{
	struct handover now = decide->handover;
	const struct handover *then = &decide->handover;
	struct handover_scope scope;
	struct view view = view_act(act);
	TRY(handover_scope_read(&view, then, act->now, &scope));
	handover_scope_keep(&scope, &now);
	bool same = now.client_count == then->client_count &&
		memcmp(now.clients, then->clients, now.client_count * sizeof now.clients[0]) == 0;
	return same ? OK : FAIL_CODE(STALE, "what a handover moves changed meanwhile");
}

fallible handovers_decide_write(struct act *act, struct handovers_decide *decide)
{
	struct handover *handover = &decide->after;
	bool started;
	*handover = decide->handover;
	TRY(check_still(act, handover));
	TRY(event_add(act, handover->tenant, &decide->decided.leaf, NULL));
	TRY(letters_write(act, &decide->told));
	if (!decide->approve)
		return handover_turns_end(act, handover, HANDOVER_REFUSED);
	TRY(check_scope(act, decide));
	/* Before anything opens: the clients are told first, whatever the time of the start. */
	TRY(handover_news_write(act, &decide->news));
	if (decide->overrides)
		TRY(event_add(act, handover->tenant, &decide->overridden.leaf, NULL));
	TRY(handover_turns_put(act, handover));
	TRY(handover_turns_stand_by(act, handover, &decide->scope));
	return handover_turns_run(act, handover, &started);
}

/* ---- ending it early ---- */

static fallible check_may_end(const struct caller *caller, const struct handover *handover)
{
	uint64_t wide = CAPABILITY_BIT(HANDOVER_REQUEST) | CAPABILITY_BIT(HANDOVER_APPROVE);
	TRY(second_check_person(caller));
	if ((caller->capabilities & wide) || ids_equal(caller->person, handover->from))
		return OK;
	return FAIL(DENIED, "a handover is ended by who comes back, or by who may request handovers");
}

fallible handovers_end_prepare(const struct scene *scene, struct handovers_change *end)
{
	struct handover *handover = &end->handover;
	const struct letters_desk desk = desk_of(scene);
	TRY(check_may_end(scene->caller, handover));
	if (!handover_rules_is_open(handover->state))
		return FAIL(CONFLICT, "the handover is over");
	handover->ended_by = scene->caller->person;
	if (handover->state != HANDOVER_ACTIVE)
		TRY(seal_no(scene, ACTION_HANDOVER_CANCELLED, handover, &end->draft));
	if (handover->told.ms == 0)
		return OK;
	handover->is_end_told = true;
	return handover_news_end(&desk, handover, scene->now, &end->news);
}

fallible handovers_end_write(struct act *act, struct handovers_change *end)
{
	struct handover *handover = &end->after;
	*handover = end->handover;
	bool is_active = handover->state == HANDOVER_ACTIVE;
	TRY(check_still(act, handover));
	TRY(handover_news_write(act, &end->news));
	if (!is_active)
		TRY(event_add(act, handover->tenant, &end->draft.leaf, NULL));
	return handover_turns_end(act, handover, is_active ? HANDOVER_RETURNED : HANDOVER_CANCELLED);
}

/* ---- accepting it ---- */

static bool is_under_way(const struct handover *handover)
{
	return handover->state == HANDOVER_APPROVED || handover->state == HANDOVER_ACTIVE ||
		handover->state == HANDOVER_COMPLETED;
}

fallible handovers_check_briefing(const struct caller *caller, const struct handover *handover)
{
	if (!ids_equal(caller->person, handover->to))
		return FAIL(DENIED, "a briefing is for who takes over");
	return is_under_way(handover) ? OK : FAIL(CONFLICT, "the handover is not approved, or is over");
}

fallible handovers_accept_prepare(const struct scene *scene, struct handovers_change *accept)
{
	struct handover *handover = &accept->handover;
	scoped(buf) detail = BUF(DETAIL_BYTES);
	struct json_out out = JSON_OUT(&detail);
	TRY(second_check_person(scene->caller));
	TRY(handovers_check_briefing(scene->caller, handover));
	if (handover->accepted.ms)
		return FAIL(CONFLICT, "the handover was accepted already");
	handover->accepted = scene->now;
	accept->told.count = 0;
	TRY(tell_requester(scene, ACTION_HANDOVER_ACCEPTED, handover, &accept->told));
	json_out_open(&out, NULL);
	json_out_bool(&out, "briefing_ack", true);
	json_out_close(&out);
	return seal_event(scene, ACTION_HANDOVER_ACCEPTED, handover, NULL, &detail, &accept->draft);
}

fallible handovers_accept_write(struct act *act, struct handovers_change *accept)
{
	accept->after = accept->handover;
	TRY(check_still(act, &accept->after));
	TRY(handover_put(act, &accept->after));
	TRY(letters_write(act, &accept->told));
	return event_add(act, accept->after.tenant, &accept->draft.leaf, NULL);
}

/* ---- looking ---- */

static fallible sees_as_client(const struct scene *scene, const struct handover *handover, bool *sees)
{
	struct person person;
	scoped(arena) arena = ARENA(ONE_NOUN);
	TRY(person_get_clear(scene->view, scene->caller->tenant, scene->caller->person, &arena, &person));
	*sees = handover->told.ms && person.kind == PERSON_OF_CLIENT &&
		handover_covers(handover, person.client);
	return OK;
}

fallible handovers_sees(const struct scene *scene, const struct handover *handover, bool *sees)
{
	const struct caller *caller = scene->caller;
	uint64_t wide = CAPABILITY_BIT(HANDOVER_REQUEST) | CAPABILITY_BIT(HANDOVER_APPROVE);
	bool takes_part = ids_equal(caller->person, handover->from) ||
		ids_equal(caller->person, handover->to) || ids_equal(caller->person, handover->requester);
	*sees = (caller->capabilities & wide) || takes_part;
	return *sees ? OK : sees_as_client(scene, handover, sees);
}

fallible handovers_find(const struct scene *scene, struct span text, struct handover *handover)
{
	struct id id;
	bool sees;
	struct handover found;
	TRY(ids_parse(ID_HANDOVER, text, &id));
	TRY(handover_get(scene->view, scene->caller->tenant, id, &found));
	TRY(handovers_sees(scene, &found, &sees));
	if (!sees)
		return FAIL(NOT_FOUND, "the handover is outside what the caller sees");
	*handover = found;
	return OK;
}
