/* SPDX-License-Identifier: Apache-2.0 */
/* erasing - the steps, each from what the one before left in the store. */
#include "server/core/keeping/erasing.h"

#include "server/core/detail.h"
#include "server/core/due.h"
#include "server/core/keeping/ending.h"
#include "server/core/keeping/erasures.h"
#include "server/core/owners.h"
#include "store/index/query.h"
#include "store/index/reword.h"
#include "store/nouns/event_add.h"
#include "store/nouns/expiry.h"
#include "store/nouns/export.h"

#include <stdio.h>

enum {
	PLAN_MEMORY = 4 * 1024 * 1024,
	COUNT_PAGES_MAX = 400, /* of QUERY_LIMIT_MAX: what is counted for the report */
	NUMBER_TEXT = 24,
};

static const int64_t HOUR_MS = INT64_C(60) * 60 * 1000;
static const int64_t DAY_MS = INT64_C(24) * 60 * 60 * 1000;

/* One of those who go. */
struct target {
	struct subject subject;
	uint64_t version; /* of its row */
	struct span ref;
};

/* What one step works with: read before the act, checked in it. */
struct plan {
	const struct server *server;
	struct instant now;
	struct erasure erasure;
	struct target targets[HOLD_SUBJECTS_MAX]; /* the subject first */
	struct subject subjects[HOLD_SUBJECTS_MAX];
	size_t count;
	struct letters told;
	struct event_draft draft;
	struct id other_owner; /* who stays when an owner goes */
	size_t ended;          /* grants */
	struct arena arena;
};

static void plan_done(struct plan *plan)
{
	arena_done(&plan->arena);
}

/* ---- who goes ---- */

static void add_target(struct plan *plan, struct subject subject, uint64_t version, struct span ref)
{
	if (plan->count == HOLD_SUBJECTS_MAX)
		return;
	plan->subjects[plan->count] = subject;
	plan->targets[plan->count++] = (struct target){subject, version, ref};
}

/* People of the client go with it; whoever stands there and is somebody else's by now stays. */
static fallible add_contact(struct plan *plan, const struct view *view, struct id id)
{
	struct person person;
	const struct erasure *erasure = &plan->erasure;
	bool under_way = erasure->state >= ERASURE_ERASING;
	struct err err = person_get(view, erasure->tenant, id, &plan->arena, &person);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	bool own = person.kind == PERSON_OF_CLIENT && ids_equal(person.client, erasure->subject.id);
	if (own && under_way == (person.state >= PERSON_ERASING))
		add_target(plan, (struct subject){SUBJECT_PERSON, id}, person.version, person.ref);
	return OK;
}

static fallible add_client(struct plan *plan, const struct view *view)
{
	struct client client;
	const struct erasure *erasure = &plan->erasure;
	TRY(client_get(view, erasure->tenant, erasure->subject.id, &plan->arena, &client));
	add_target(plan, erasure->subject, client.version, client.ref);
	for (size_t i = 0; i < client.contact_count; i++)
		TRY(add_contact(plan, view, client.contacts[i]));
	return OK;
}

static fallible find_targets(struct plan *plan, const struct view *view)
{
	struct person person;
	const struct erasure *erasure = &plan->erasure;
	plan->count = 0;
	if (erasure->subject.kind == SUBJECT_CLIENT)
		return add_client(plan, view);
	TRY(person_get(view, erasure->tenant, erasure->subject.id, &plan->arena, &person));
	add_target(plan, erasure->subject, person.version, person.ref);
	return OK;
}

static fallible make_plan(const struct server *server, const struct view *view, struct id tenant,
	struct id id, struct instant now, struct plan *plan)
{
	*plan = (struct plan){.server = server, .now = now, .arena = ARENA(PLAN_MEMORY)};
	TRY(erasure_get(view, tenant, id, &plan->arena, &plan->erasure));
	return find_targets(plan, view);
}

static fallible clear(struct plan *plan, const struct view *view, struct instant now,
	const struct hold_clearance **clearance)
{
	const struct hold_ask ask = {plan->erasure.tenant, HOLD_ERASE, plan->subjects, plan->count, now};
	return hold_clear(view, &ask, &plan->arena, clearance);
}

static fallible check_still(struct act *act, const struct plan *plan)
{
	const struct erasure *erasure = &plan->erasure;
	struct noun_key key = noun_key(erasure->tenant, id_span(&erasure->id), SPAN_NONE);
	return noun_still(act, TABLE_ERASURE, noun_key_span(&key), erasure->version);
}

/* ---- step 1: unreadable ---- */

/* Others may have gone since it was asked for. */
static fallible find_other_owner(struct plan *plan, const struct view *view)
{
	struct person person;
	const struct erasure *erasure = &plan->erasure;
	if (erasure->subject.kind != SUBJECT_PERSON)
		return OK;
	TRY(person_get(view, erasure->tenant, erasure->subject.id, &plan->arena, &person));
	if (!owners_is(&person))
		return OK;
	TRY(owners_find_other(view, erasure->tenant, person.id, &plan->other_owner));
	return ids_is_none(plan->other_owner) ? FAIL_CODE(LAST_OWNER, "a tenant keeps at least one owner")
					      : OK;
}

static fallible check_day(struct act *act, const struct plan *plan)
{
	struct erasure_count day;
	struct view view = view_act(act);
	struct instant since = {act->now.ms - ERASURE_DAY_MS};
	if (!ids_is_none(plan->erasure.third))
		return OK;
	TRY(erasure_count_since(&view, plan->erasure.tenant, since, &day));
	return day.erased < ERASURE_A_DAY
		? OK
		: FAIL(SLOW_DOWN, "there were as many erasures today as two people may decide");
}

static fallible hide(struct act *act, struct plan *plan)
{
	const struct hold_clearance *clearance;
	struct view view = view_act(act);
	TRY(clear(plan, &view, act->now, &clearance));
	for (size_t i = 0; i < plan->count; i++) {
		const struct target *target = &plan->targets[i];
		TRY(ending_begun(act, plan->erasure.tenant, &target->subject));
		TRY(ending_factors(act, plan->erasure.tenant, &target->subject));
		TRY(erasure_hide(act, clearance, &target->subject, target->version, target->ref));
	}
	return OK;
}

static fallible write_begin(struct act *act, void *context)
{
	struct plan *plan = context;
	struct erasure erasing = plan->erasure;
	if (act->now.ms < plan->erasure.due.ms)
		return FAIL(CONFLICT, "the erasure is not due");
	TRY(check_still(act, plan));
	TRY(check_day(act, plan));
	if (!ids_is_none(plan->other_owner))
		TRY(owners_check(act, plan->erasure.tenant, plan->other_owner));
	TRY(hide(act, plan));
	erasing.state = ERASURE_ERASING;
	return erasure_change(act, &erasing);
}

/* ---- step 2: what rests on them ends while its words can still be sealed ---- */

static fallible write_ends(struct act *act, void *context)
{
	struct plan *plan = context;
	plan->ended = 0;
	for (size_t i = 0; i < plan->count; i++)
		TRY(ending_grants(
			act, plan->erasure.tenant, &plan->subjects[i], ERASING_GRANTS_AT_ONCE, &plan->ended));
	return plan->ended ? OK : FAIL(NOT_FOUND, "nothing is left to end");
}

static fallible end_grants(struct plan *plan)
{
	struct err err = OK;
	do {
		err = committer_run(plan->server->committer,
			(struct act_job){.kind = ACT_EVENT, .run = write_ends, .context = plan});
	} while (!err_failed(err));
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

static fallible destroy_keys(struct plan *plan, const struct view *view)
{
	const struct hold_clearance *clearance;
	TRY(clear(plan, view, plan->now, &clearance));
	TRY(keeper_destroy(plan->server->keeper, clearance));
	/* What the index holds of their words means nothing from now on (FOUNDATIONS 12). */
	return keeper_turn_search(plan->server->keeper, plan->erasure.tenant);
}

/* ---- step 3: the report ---- */

/* How many events of the tenant match, up to COUNT_PAGES_MAX pages. */
static fallible count_events(const struct server *server, struct query *query, uint64_t *count)
{
	struct query_page page = {.more = true};
	*count = 0;
	query->limit = QUERY_LIMIT_MAX;
	for (unsigned i = 0; i < COUNT_PAGES_MAX && page.more; i++) {
		TRY(query_run(&server->volume, query, &page));
		*count += page.count;
		query->resumes = true;
		query->after = page.last;
	}
	return OK;
}

/* Whether an export held anybody who goes. */
static bool held_one(const struct plan *plan, const struct export *export)
{
	for (size_t i = 0; i < plan->count; i++)
		if (export_held(export, plan->subjects[i].id))
			return true;
	return false;
}

static void note_export(struct erasure *erasure, const struct export *export)
{
	erasure->exports++;
	if (erasure->held_in_count < ERASURE_EXPORTS_MAX)
		erasure->held_in[erasure->held_in_count++] = export->id;
}

/* What is in them is out of our reach (FOUNDATIONS 6): the report says which they are. */
static fallible find_exports(struct plan *plan, const struct view *view)
{
	scoped(arena) arena = ARENA(PLAN_MEMORY);
	struct id after = {0};
	struct export export;
	struct err err = OK;
	plan->erasure.exports = plan->erasure.held_in_count = 0;
	while (export_next(view, plan->erasure.tenant, &after, &arena, &export, &err)) {
		if (held_one(plan, &export))
			note_export(&plan->erasure, &export);
		arena_clear(&arena);
	}
	return err;
}

static fallible count_affected(struct plan *plan, const struct view *view)
{
	struct erasure *erasure = &plan->erasure;
	bool is_client = erasure->subject.kind == SUBJECT_CLIENT;
	struct query of_subject = {.tenant = erasure->tenant};
	TRY(query_add(&of_subject, is_client ? INDEX_CLIENT : INDEX_ACTOR, id_span(&erasure->subject.id)));
	TRY(count_events(plan->server, &of_subject, &erasure->events));
	return find_exports(plan, view);
}

static struct detail_field number_field(const char *name, uint64_t number, char text[static NUMBER_TEXT])
{
	int len = snprintf(text, NUMBER_TEXT, "%llu", (unsigned long long)number);
	return (struct detail_field){name, span_of(text, (size_t)len), DETAIL_TEXT};
}

static fallible list_exports(struct plan *plan, struct span *words)
{
	const struct erasure *erasure = &plan->erasure;
	scoped(buf) text = BUF(ERASURE_EXPORTS_MAX * (ID_TEXT + 1));
	for (size_t i = 0; i < erasure->held_in_count; i++) {
		char id[ID_TEXT + 1];
		ids_print(ID_EXPORT, erasure->held_in[i], id);
		buf_printf(&text, "%s%s", i ? " " : "", id);
	}
	return buf_keep(&text, &plan->arena, words);
}

/* By the server, and under the tenant's log key: it shall be read when the subject can't be any more. */
static fallible seal_executed(struct plan *plan)
{
	const struct erasure *erasure = &plan->erasure;
	char approver[ID_TEXT + 1], keys[NUMBER_TEXT], events[NUMBER_TEXT], exports[NUMBER_TEXT];
	struct event event = {.action = ACTION_ERASURE_EXECUTED,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.has_object_kind = true,
		.object_kind = erasure->subject.kind == SUBJECT_CLIENT ? ID_CLIENT : ID_PERSON};
	event.ids[LEAF_ID_OBJECT] = erasure->subject.id;
	struct span named;
	TRY(list_exports(plan, &named));
	ids_print(ID_PERSON, erasure->approver, approver);
	const struct detail_field more[] = {{"ground", erasure->ground, DETAIL_TEXT},
		{"approver", span_of(approver, ID_TEXT), DETAIL_TEXT},
		number_field("keys_destroyed", plan->count, keys),
		number_field("events_affected", erasure->events, events),
		number_field("exports", erasure->exports, exports), {"held_in", named, DETAIL_LIST}};
	TRY(erasures_detail(erasure, more, 6, &plan->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(
		plan->server->volume.keys, erasure->tenant, &event, plan->now, &plan->arena, &plan->draft);
}

static fallible write_end(struct act *act, void *context)
{
	struct plan *plan = context;
	const struct hold_clearance *clearance;
	struct erasure erased = plan->erasure;
	const struct expiry queue = {EXPIRY_ERASURE, erased.due, erased.tenant, erased.id};
	struct view view = view_act(act);
	TRY(check_still(act, plan));
	TRY(clear(plan, &view, act->now, &clearance));
	for (size_t i = 0; i < plan->count; i++)
		TRY(erasure_close(act, clearance, &plan->subjects[i]));
	erased.state = ERASURE_ERASED;
	erased.erased = act->now;
	erased.keys = (uint32_t)plan->count;
	TRY(erasure_change(act, &erased));
	struct err err = expiry_drop(act, &queue);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	TRY(erasure_mark_reindex(
		act, erased.tenant, (struct instant){act->now.ms + ERASING_REINDEX_DAYS * DAY_MS}));
	TRY(letters_write(act, &plan->told));
	return event_add(act, erased.tenant, &plan->draft.leaf, NULL);
}

static fallible prepare_end(struct plan *plan, const struct view *view)
{
	const struct letters_desk desk = {plan->server, view, plan->erasure.tenant, &plan->arena};
	TRY(count_affected(plan, view));
	TRY(seal_executed(plan));
	plan->told.count = 0;
	return erasures_tell_executed(&desk, &plan->erasure, plan->now, &plan->told);
}

/* ---- one step ---- */

static fallible run(struct plan *plan, fallible (*write)(struct act *act, void *context))
{
	return committer_run(
		plan->server->committer, (struct act_job){.kind = ACT_EVENT, .run = write, .context = plan});
}

static fallible step(struct plan *plan, struct reading *reading)
{
	struct view view = view_reading(reading);
	if (plan->erasure.state == ERASURE_APPROVED) {
		TRY(find_other_owner(plan, &view));
		reading_done(reading);
		return run(plan, write_begin);
	}
	if (plan->erasure.state != ERASURE_ERASING)
		return FAIL(CONFLICT, "the erasure is not approved, or over");
	TRY(end_grants(plan));
	TRY(destroy_keys(plan, &view));
	TRY(prepare_end(plan, &view));
	reading_done(reading);
	return run(plan, write_end);
}

fallible erasing_step(const struct server *server, struct id tenant, struct id id, struct instant now)
{
	scoped(reading) reading = {0};
	scoped(plan) plan = {0};
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(make_plan(server, &view, tenant, id, now, &plan));
	return step(&plan, &reading);
}

/* ---- what is not carried out ---- */

static fallible write_refused(struct act *act, void *context)
{
	struct plan *plan = context;
	struct erasure refused = plan->erasure;
	const struct expiry queue = {EXPIRY_ERASURE, refused.due, refused.tenant, refused.id};
	TRY(check_still(act, plan));
	refused.state = ERASURE_REFUSED;
	refused.held = true;
	refused.decided = act->now;
	TRY(erasure_change(act, &refused));
	struct err err = expiry_drop(act, &queue);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	TRY(letters_write(act, &plan->told));
	return event_add(act, refused.tenant, &plan->draft.leaf, NULL);
}

static fallible refuse(const struct server *server, const struct expiry *due, struct instant now)
{
	static const struct detail_field hold = {"ground", {(const uint8_t *)"hold", 4}, DETAIL_TEXT};
	scoped(reading) reading = {0};
	scoped(plan) plan = {0};
	struct event event = {.action = ACTION_ERASURE_REFUSED,
		.source = LEAF_SERVER,
		.actor = LEAF_SYSTEM,
		.outcome = LEAF_DENIED,
		.reason = REASON_HELD,
		.has_object_kind = true};
	const struct change_news news = {.action = ACTION_ERASURE_REFUSED, .now = now};
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(make_plan(server, &view, due->tenant, due->id, now, &plan));
	const struct letters_desk desk = {server, &view, due->tenant, &plan.arena};
	TRY(erasures_tell_ended(&desk, &plan.erasure, &news, (struct id){0}, &plan.told));
	reading_done(&reading);
	event.object_kind = plan.erasure.subject.kind == SUBJECT_CLIENT ? ID_CLIENT : ID_PERSON;
	event.ids[LEAF_ID_OBJECT] = plan.erasure.subject.id;
	TRY(erasures_detail(&plan.erasure, &hold, 1, &plan.arena, &event.texts[LEAF_TEXT_DETAIL]));
	TRY(event_seal(server->volume.keys, due->tenant, &event, now, &plan.arena, &plan.draft));
	return run(&plan, write_refused);
}

/* ---- the queue ---- */

static fallible carry_out(const struct server *server, const struct expiry *due, struct instant now)
{
	struct err err = erasing_step(server, due->tenant, due->id, now);
	if (!err_failed(err))
		err = erasing_step(server, due->tenant, due->id, now);
	if (err.code == CODE_HELD)
		return refuse(server, due, now);
	if (err.kind == ERR_SLOW_DOWN || err.code == CODE_LAST_OWNER)
		return due_put_off(server, due, HOUR_MS);
	if (err.kind == ERR_CONFLICT && err.code != CODE_STALE)
		return due_drop(server, due);
	return err;
}

fallible erasing_turn(const struct server *server, struct instant now, size_t *done)
{
	return due_turn(server, EXPIRY_ERASURE, now, carry_out, done);
}

/* ---- at start ---- */

static fallible destroy_again(const struct server *server, const struct erasure *erasure, struct instant now)
{
	scoped(reading) reading = {0};
	scoped(plan) plan = {0};
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(make_plan(server, &view, erasure->tenant, erasure->id, now, &plan));
	return destroy_keys(&plan, &view);
}

static bool next_of_all(
	const struct server *server, struct erasure_place *place, struct erasure *erasure, struct err *err)
{
	scoped(reading) reading = {0};
	*err = reading_open(&server->volume, &reading);
	if (err_failed(*err))
		return false;
	struct view view = view_reading(&reading);
	return erasure_next_of_all(&view, place, erasure, err);
}

fallible erasing_resume(const struct server *server, struct instant now)
{
	struct erasure_place place = {.begun = false};
	struct erasure erasure;
	struct err err = OK;
	TRY(keeper_settle(server->keeper));
	while (next_of_all(server, &place, &erasure, &err)) {
		if (erasure.state == ERASURE_ERASING && !server->volume.read_only)
			TRY(erasing_step(server, erasure.tenant, erasure.id, now));
		else if (erasure.state == ERASURE_ERASING || erasure.state == ERASURE_ERASED)
			TRY(destroy_again(server, &erasure, now));
	}
	return err;
}

/* ---- the index ---- */

static fallible write_unmark(struct act *act, void *context)
{
	struct err err = erasure_unmark_reindex(act, *(const struct id *)context);
	return err.kind == ERR_NOT_FOUND ? OK : err;
}

static fallible unmark(const struct server *server, struct id tenant)
{
	bool due;
	TRY(reword_is_due(&server->volume, tenant, &due));
	if (due)
		return OK;
	return committer_run(server->committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = write_unmark, .context = &tenant});
}

fallible erasing_unmark(const struct server *server)
{
	struct id tenant = {0};
	struct instant by;
	struct err err;
	for (;;) {
		scoped(reading) reading = {0};
		TRY(reading_open(&server->volume, &reading));
		struct view view = view_reading(&reading);
		if (!erasure_next_reindex(&view, tenant, &tenant, &by, &err))
			return err;
		reading_done(&reading);
		TRY(unmark(server, tenant));
	}
}
