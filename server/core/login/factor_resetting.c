/* SPDX-License-Identifier: Apache-2.0 */
/* factor_resetting - read before the act, checked in it. */
#include "server/core/login/factor_resetting.h"

#include "server/core/detail.h"
#include "server/core/due.h"
#include "server/core/login/enrolments.h"
#include "server/core/login/factor_resets.h"
#include "server/core/login/forgetting.h"
#include "store/nouns/event_add.h"
#include "store/nouns/recovery.h"

enum { PLAN_MEMORY = 4 * 1024 * 1024 };

/* What one act works with. */
struct plan {
	const struct server *server;
	const struct expiry *due;
	struct instant now;
	struct factor_reset reset;
	struct person who;
	struct factors_held held;
	struct letters told;
	struct event_draft draft;
	struct arena arena;
};

static void plan_done(struct plan *plan)
{
	arena_done(&plan->arena);
}

/* ---- before the act ---- */

/* By the server; it says whose decisions it carries out. */
static fallible seal_event(struct plan *plan)
{
	const struct factor_reset *reset = &plan->reset;
	char id[ID_TEXT + 1], subject[ID_TEXT + 1], requester[ID_TEXT + 1], approver[ID_TEXT + 1];
	struct event event = {.action = ACTION_FACTOR_RESET,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = ID_PERSON,
		.object_is_person = true};
	ids_print(ID_FACTOR_RESET, reset->id, id);
	ids_print(ID_PERSON, reset->person, subject);
	ids_print(ID_PERSON, reset->requester, requester);
	ids_print(ID_PERSON, reset->approver, approver);
	const struct detail_field fields[] = {{"subject_id", span_text(subject), DETAIL_TEXT},
		{"reset_by", span_text(requester), DETAIL_TEXT},
		{"second_approver", span_text(approver), DETAIL_TEXT},
		{"reset_id", span_text(id), DETAIL_TEXT}};
	event.ids[LEAF_ID_OBJECT] = reset->person;
	event.texts[LEAF_TEXT_REASON] = reset->reason;
	TRY(detail_print(
		fields, sizeof fields / sizeof fields[0], &plan->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(
		plan->server->volume.keys, reset->tenant, &event, plan->now, &plan->arena, &plan->draft);
}

static fallible make_plan(const struct view *view, struct plan *plan)
{
	const struct expiry *due = plan->due;
	const struct letters_desk desk = {plan->server, view, due->tenant, &plan->arena};
	TRY(factor_reset_get(view, due->tenant, due->id, &plan->arena, &plan->reset));
	if (plan->reset.state != FACTOR_RESET_APPROVED)
		return FAIL(CONFLICT, "the reset is not approved, or over");
	TRY(person_get(view, due->tenant, plan->reset.person, &plan->arena, &plan->who));
	if (plan->who.state != PERSON_ACTIVE && plan->who.state != PERSON_SUSPENDED)
		return FAIL(CONFLICT, "the person is gone");
	TRY(factors_count(view, due->tenant, plan->who.id, &plan->held));
	const struct factor_resets_news news = {
		NOTICE_FACTOR_RESET_DONE, &plan->who, &plan->reset, plan->now, plan->now};
	TRY(factor_resets_tell(&desk, &news, &plan->told));
	return seal_event(plan);
}

/* ---- in the act ---- */

static fallible drop_factors(struct act *act, struct factor_reset *reset)
{
	struct factor factor;
	struct id at = {0};
	struct err err = OK;
	struct view view = view_act(act);
	while (factor_next(&view, reset->tenant, reset->person, &at, &factor, &err)) {
		if (factor.state == FACTOR_ACTIVE)
			reset->ended++;
		TRY(factor_drop(act, &factor));
	}
	return err;
}

/* What stands in for a factor, or leads to one: codes on paper, and one that was mailed or handed over before. */
static fallible drop_codes(struct act *act, const struct factor_reset *reset)
{
	struct recovery recovery;
	struct view view = view_act(act);
	struct err err = recovery_get(&view, reset->tenant, reset->person, &recovery);
	if (!err_failed(err) && !recovery_is_ended(&recovery))
		err = recovery_end(act, &recovery);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	return enrolments_forget(act, reset->tenant, reset->person);
}

/* From here on nothing that the person proved before counts any more. */
static fallible note_rescue(struct act *act, const struct factor_reset *reset)
{
	struct rescue rescue;
	struct view view = view_act(act);
	TRY(rescue_read(&view, reset->tenant, reset->person, &rescue));
	rescue_begin_year(&rescue, act->now);
	rescue_spend_code(&rescue);
	rescue.resets++;
	rescue.last = act->now;
	rescue.waiting = (struct id){0};
	return rescue_put(act, &rescue);
}

static fallible write_reset(struct act *act, void *context)
{
	struct plan *plan = context;
	struct factor_reset done = plan->reset;
	struct noun_key key = noun_key(done.tenant, id_span(&done.id), SPAN_NONE);
	TRY(noun_still(act, TABLE_FACTOR_RESET, noun_key_span(&key), done.version));
	TRY(factors_check_unchanged(act, &plan->who, &plan->held));
	TRY(drop_factors(act, &done));
	TRY(drop_codes(act, &done));
	TRY(note_rescue(act, &done));
	done.state = FACTOR_RESET_DONE;
	done.done = act->now;
	TRY(factor_reset_change(act, &done));
	TRY(expiry_drop(act, plan->due));
	TRY(letters_write(act, &plan->told));
	TRY(event_add(act, done.tenant, &plan->draft.leaf, NULL));
	return forgetting_person(act, done.tenant, done.person, FORGETTING_FACTOR);
}

/* ---- the queue ---- */

static fallible reset_one(const struct server *server, const struct expiry *due, struct instant now)
{
	scoped(reading) reading = {0};
	scoped(plan) plan = {.server = server, .due = due, .now = now, .arena = ARENA(PLAN_MEMORY)};
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(make_plan(&view, &plan));
	reading_done(&reading);
	return committer_run(
		server->committer, (struct act_job){.kind = ACT_EVENT, .run = write_reset, .context = &plan});
}

static fallible carry_out(const struct server *server, const struct expiry *due, struct instant now)
{
	struct err err = reset_one(server, due, now);
	bool is_over = err.kind == ERR_NOT_FOUND || (err.kind == ERR_CONFLICT && err.code != CODE_STALE);
	return is_over ? due_drop(server, due) : err;
}

fallible factor_resetting_turn(const struct server *server, struct instant now, size_t *done)
{
	return due_turn(server, EXPIRY_FACTOR_RESET, now, carry_out, done);
}
