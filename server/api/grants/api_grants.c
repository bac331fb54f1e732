/* SPDX-License-Identifier: Apache-2.0 */
/* api_grants - giving, listing and taking back grants; freezing a client. */
#include "server/api/ask.h"
#include "server/api/name_out.h"
#include "server/api/stage.h"
#include "server/core/grants/approvals.h"
#include "server/core/grants/checkouts.h"
#include "server/core/grants/freezing.h"
#include "server/core/grants/grants.h"
#include "server/core/grants/handover_turns.h"
#include "server/core/grants/uses.h"
#include "server/core/grants_seen.h"
#include "store/nouns/person.h"

#include <stdio.h>

enum { NAME_MAX_BYTES = 128, FILTERS_MAX = 512, ROW_MEMORY = 64 * 1024 };

static const char *const NOTIFY[GRANT_NOTIFY_COUNT + 1] = {
	[GRANT_NOTIFY_NONE] = "none",
	[GRANT_NOTIFY_EACH] = "each",
	[GRANT_NOTIFY_DIGEST] = "digest",
};

static const char *const OUTSIDE[GRANT_OUTSIDE_COUNT + 1] = {
	[GRANT_OUTSIDE_ALLOW] = "allow",
	[GRANT_OUTSIDE_STEPUP] = "stepup",
	[GRANT_OUTSIDE_DENY] = "deny",
};

static const char *const EXCLUSIVE[GRANT_EXCLUSIVE_COUNT + 1] = {
	[GRANT_EXCLUSIVE_NONE] = "none",
	[GRANT_EXCLUSIVE_CREDENTIAL] = "credential",
	[GRANT_EXCLUSIVE_CLIENT] = "client",
};

static const char *const GATES[] = {
	[GATES_NONE] = "none", [GATES_MISSING] = "missing", [GATES_GIVEN] = "given"};

static fallible no_memory(void)
{
	return FAIL(NO_MEMORY, "a call has no memory for a grant");
}

/* ---- what a grant looks like ---- */

/* What a grant has to wait for. */
static void put_gates(struct json_out *out, const struct grant *grant, const struct gates_shown *gates)
{
	char approval[sizeof "4/4"] = "";
	snprintf(approval, sizeof approval, "%u/%u", grant->approvals_given % 10,
		grant->approvals_needed % 10);
	json_out_open(out, "gates");
	json_out_text(out, "nda", GATES[gates->nda]);
	json_out_text(out, "consent", GATES[gates->consent]);
	json_out_text(out, "approval", grant->approvals_needed ? approval : "none");
	json_out_close(out);
}

static void put_uses(struct json_out *out, const struct grant *grant)
{
	json_out_number(out, "uses_made", grant->uses_made);
	if (grant->uses_max == 0) {
		json_out_null(out, "uses");
		json_out_null(out, "uses_left");
		return;
	}
	json_out_number(out, "uses", grant->uses_max);
	json_out_number(out, "uses_left",
		grant->uses_max > grant->uses_made ? grant->uses_max - grant->uses_made : 0);
}

static void put_hours(struct json_out *out, const struct grant *grant)
{
	if (grant->calendar.len == 0)
		return;
	json_out_open(out, "hours");
	json_out_span(out, "calendar", grant->calendar);
	json_out_text(out, "outside", OUTSIDE[grant->outside]);
	json_out_close(out);
}

/* Denied purposes, a line each. */
static void put_purposes(struct json_out *out, struct span lines)
{
	struct span line;
	json_out_open_array(out, "purposes_denied");
	while (span_cut(&lines, '\n', &line))
		json_out_span(out, NULL, line);
	json_out_close_array(out);
}

static void put_grant(
	struct json_out *out, const struct grant *grant, const struct gates_shown *gates, struct instant now)
{
	json_out_id(out, "id", ID_GRANT, grant->id);
	json_out_text(out, "state", grant_shown_name(grant_shown(grant, now)));
	put_gates(out, grant, gates);
	if (grant->state == GRANT_WAITING)
		json_out_bool(out, "escalated", approvals_is_escalated(grant, now));
	json_out_id(out, "credential", ID_CREDENTIAL, grant->credential);
	json_out_id(out, "client", ID_CLIENT, grant->client);
	json_out_id(out, "to", ID_PERSON, grant->person);
	json_out_id(out, "by", grant->giver_is_person ? ID_PERSON : ID_APPLICATION, grant->giver);
	modes_put(out, "modes", grant->modes);
	json_out_time(out, "from", grant->from);
	json_out_time(out, "until", grant->until);
	put_uses(out, grant);
	put_hours(out, grant);
	json_out_text(out, "exclusive", EXCLUSIVE[grant->exclusive]);
	if (grant->task.len)
		json_out_span(out, "task", grant->task);
	if (grant->mandate.len)
		json_out_span(out, "mandate", grant->mandate);
	if (grant->purposes_denied.len)
		put_purposes(out, grant->purposes_denied);
	json_out_text(out, "notify", NOTIFY[grant->notify]);
	json_out_time(out, "created", grant->created);
}

/* What the ids of a grant are called. */
static fallible put_names(struct name_out *names, const struct sight *sight, const struct grant *grant,
	struct instant now, struct json_out *out)
{
	TRY(name_out_title(names, out, sight, grant->credential, !grant_has_ended(grant, now)));
	TRY(name_out_client(names, out, "client_name", grant->client));
	TRY(name_out_person(names, out, "to_name", grant->person));
	return name_out_by(names, out, "by_name", grant->giver_is_person, grant->giver);
}

/* ---- POST /v1/grants ---- */

/* A word, or what the first version had: true for each use, false for none. */
static enum grant_notify read_notify(struct json_object *top)
{
	struct span text;
	if (json_in_peek(top, SPAN_LIT("notify"), &text) == JSON_KIND_BOOL)
		return json_in_bool(top, "notify", JSON_OPTIONAL, true) ? GRANT_NOTIFY_EACH
									: GRANT_NOTIFY_NONE;
	int word = json_in_word(top, "notify", JSON_OPTIONAL, NOTIFY);
	return word < 0 ? GRANT_NOTIFY_EACH : (enum grant_notify)word;
}

/* Hours are a signal, and no wall unless somebody says so. */
static void read_hours(struct json_object *top, struct grant *grant)
{
	struct json_object hours;
	if (!json_in_object(top, "hours", JSON_OPTIONAL, &hours))
		return;
	grant->calendar = json_in_text(&hours, "calendar", JSON_NEEDED, GRANT_CALENDAR_MAX);
	int word = json_in_word(&hours, "outside", JSON_OPTIONAL, OUTSIDE);
	grant->outside = word < 0 ? GRANT_OUTSIDE_ALLOW : (enum grant_outside)word;
	json_in_end(&hours);
}

static void read_approvers(struct json_object *approval, struct grant *grant)
{
	struct json_array by;
	struct span word;
	if (!json_in_array(approval, "by", JSON_NEEDED, 2, &by))
		return;
	if (by.count == 0)
		json_in_note(approval, "by", "missing");
	while (json_in_next_text(&by, NAME_MAX_BYTES, &word)) {
		if (span_is(word, "client"))
			grant->approvers |= GRANT_BY_CLIENT;
		else if (span_is(word, "staff"))
			grant->approvers |= GRANT_BY_STAFF;
		else
			json_in_note(approval, "by", "not_allowed");
	}
}

static void read_approval(struct json_object *top, struct grant *grant)
{
	struct json_object approval;
	if (!json_in_object(top, "approval", JSON_OPTIONAL, &approval))
		return;
	read_approvers(&approval, grant);
	grant->approvals_needed =
		(unsigned)json_in_number(&approval, "count", JSON_OPTIONAL, 1, GRANT_APPROVALS_MAX, 1);
	json_in_end(&approval);
}

static fallible read_purposes(struct call *call, struct json_object *top, struct span *lines)
{
	struct json_array array;
	struct span purpose;
	scoped(buf) text = BUF(GRANT_PURPOSES_MAX);
	if (!json_in_array(top, "purposes_denied", JSON_OPTIONAL, VAULT_RULES_PURPOSES, &array))
		return OK;
	while (json_in_next_text(&array, VAULT_RULES_PURPOSE, &purpose)) {
		if (!vault_rules_is_purpose(purpose))
			json_in_note(top, "purposes_denied", "malformed");
		buf_put_text(&text, buf_span(&text).len ? "\n" : "");
		buf_put(&text, purpose);
	}
	if (err_failed(buf_check(&text)))
		json_in_note(top, "purposes_denied", "too_long");
	return arena_keep(call->arena, buf_span(&text), lines);
}

static fallible read_add(struct call *call, struct json_object *top, struct grants_add *add)
{
	struct grant *grant = &add->grant;
	TRY(call_body(call, top));
	add->credential = json_in_text(top, "credential", JSON_NEEDED, NAME_MAX_BYTES);
	add->to = json_in_text(top, "to", JSON_NEEDED, NAME_MAX_BYTES);
	grant->modes = ask_modes(top, "modes", MODES_ALL);
	grant->from = json_in_time(top, "from", JSON_OPTIONAL);
	grant->until = json_in_time(top, "until", JSON_OPTIONAL);
	grant->uses_max = (uint32_t)json_in_number(top, "uses", JSON_OPTIONAL, 1, GRANT_USES_MAX, 0);
	grant->task = json_in_text(top, "task", JSON_OPTIONAL, GRANT_TASK_MAX);
	grant->mandate = json_in_text(top, "mandate", JSON_OPTIONAL, GRANT_MANDATE_MAX);
	TRY(read_purposes(call, top, &grant->purposes_denied));
	grant->notify = read_notify(top);
	read_hours(top, grant);
	read_approval(top, grant);
	int exclusive = json_in_word(top, "exclusive", JSON_OPTIONAL, EXCLUSIVE);
	grant->exclusive = exclusive < 0 ? GRANT_EXCLUSIVE_NONE : (enum grant_exclusive)exclusive;
	json_in_end(top);
	return call_check(call);
}

static fallible prepare_add(struct call *call)
{
	struct grants_add *add = call_new(call, struct grants_add);
	struct json_object top;
	scoped(reading) reading = {0};
	if (!add)
		return no_memory();
	call->ask = add;
	call->status = 201;
	TRY(read_add(call, &top, add));
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	struct err err = grants_add_prepare(call->server, &call->caller, &view, call->now, call->arena, add);
	if (err_failed(err) && add->fault)
		json_in_note(&top, add->fault, add->fault_code ? add->fault_code : "not_allowed");
	return call_blame(call, err, CODE_UNKNOWN_PERSON, "/to");
}

static fallible write_add(struct act *act, struct call *call)
{
	struct grants_add *add = call->ask;
	TRY(grants_add_write(act, add));
	call->refusal = add->refusal;
	return OK;
}

static fallible answer_add(struct call *call, struct json_out *out)
{
	const struct grants_add *add = call->ask;
	put_grant(out, &add->grant, &add->gates, call->now);
	return OK;
}

const struct handler api_grants_add = {prepare_add, write_add, answer_add};

/* ---- GET /v1/grants ---- */

struct list {
	struct id person, client; /* none = any */
	bool by_state;
	enum grant_shown state;
	struct span filters; /* what the cursor is bound to */
	struct page_ask page;
};

static fallible read_state(struct call *call, struct span word, struct list *list)
{
	list->by_state = word.len > 0;
	if (list->by_state && !grant_shown_find(word, &list->state))
		return call_refuse(call, "state", "not_allowed",
			"state is active, waiting, standby, suspended, revoked, expired or used_up");
	return OK;
}

static fallible bind_filters(struct call *call, const struct span filters[static 3], struct list *list)
{
	scoped(buf) text = BUF(FILTERS_MAX);
	for (size_t i = 0; i < 3; i++)
		buf_put_sized(&text, filters[i]);
	return buf_keep(&text, call->arena, &list->filters);
}

static fallible prepare_list(struct call *call)
{
	struct list *list = call_new(call, struct list);
	struct span filters[3];
	scoped(reading) reading = {0};
	if (!list)
		return no_memory();
	call->ask = list;
	TRY(call_query(call, "person", &filters[0]));
	TRY(call_query(call, "client", &filters[1]));
	TRY(call_query(call, "state", &filters[2]));
	TRY(read_state(call, filters[2], list));
	TRY(bind_filters(call, filters, list));
	TRY(call_page(call, list->filters, &list->page));
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	if (filters[0].len)
		TRY(person_find(&view, call->caller.tenant, filters[0], &list->person));
	if (filters[1].len)
		TRY(client_find(&view, call->caller.tenant, filters[1], &list->client));
	return OK;
}

static bool is_wanted(
	const struct list *list, const struct grant *grant, const struct sight *sight, struct instant now)
{
	if (!sight_has(sight, grant->client, grant->person))
		return false;
	if (!ids_is_none(list->person) && !ids_equal(list->person, grant->person))
		return false;
	if (!ids_is_none(list->client) && !ids_equal(list->client, grant->client))
		return false;
	return !list->by_state || grant_shown(grant, now) == list->state;
}

static fallible put_items(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	const struct list *list = call->ask;
	struct id of = ids_is_none(list->person) ? list->client : list->person;
	struct id after, last = {0};
	struct grant grant;
	struct gates_shown gates;
	struct vault_rules_row rules;
	struct sight sight;
	struct name_out names;
	struct err err = OK;
	size_t count = 0;
	scoped(arena) row = ARENA(ROW_MEMORY);
	TRY(name_out_open(call, view, &names));
	TRY(grants_sight(view, &call->caller, call->arena, &sight));
	TRY(vault_rules_row_get(view, call->caller.tenant, call->arena, &rules));
	TRY(ask_after(&list->page, &after));
	for (; grant_next(view, call->caller.tenant, of, &after, &row, &grant, &err); arena_clear(&row)) {
		if (!is_wanted(list, &grant, &sight, call->now))
			continue;
		if (count++ == list->page.limit) {
			return arena_keep(call->arena, id_span(&last), position);
		}
		TRY(gates_show(view, &rules.rules, &grant, call->now, &gates));
		json_out_open(out, NULL);
		put_grant(out, &grant, &gates, call->now);
		TRY(put_names(&names, &sight, &grant, call->now, out));
		json_out_close(out);
		last = after;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	const struct list *list = call->ask;
	return call_put_list(call, out, list->filters, put_items);
}

const struct handler api_grants_list = {prepare_list, NULL, answer_list};

/* ---- one grant ---- */

static fallible find(struct call *call, struct grants_revoke **found)
{
	scoped(reading) reading = {0};
	*found = call_new(call, struct grants_revoke);
	if (!*found)
		return no_memory();
	call->ask = *found;
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	TRY(grants_find(&view, &call->caller, call->parts[0], call->arena, &(*found)->grant));
	return gates_look(&view, &(*found)->grant, call->now, &(*found)->gates);
}

static fallible prepare_one(struct call *call)
{
	struct grants_revoke *found;
	return find(call, &found);
}

static fallible answer_one(struct call *call, struct json_out *out)
{
	const struct grants_revoke *found = call->ask;
	put_grant(out, &found->grant, &found->gates, call->now);
	return OK;
}

static fallible answer_named(struct call *call, struct json_out *out)
{
	const struct grants_revoke *found = call->ask;
	struct name_out names;
	struct sight sight;
	scoped(reading) reading = {0};
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	TRY(name_out_open(call, &view, &names));
	TRY(grants_sight(&view, &call->caller, call->arena, &sight));
	TRY(answer_one(call, out));
	return put_names(&names, &sight, &found->grant, call->now, out);
}

const struct handler api_grants_one = {prepare_one, NULL, answer_named};

static fallible prepare_revoke(struct call *call)
{
	struct grants_revoke *revoke;
	scoped(stage) stage = {0};
	TRY(find(call, &revoke));
	TRY(stage_open(call, &stage));
	return grants_revoke_prepare(&stage.scene, revoke);
}

static fallible write_revoke(struct act *act, struct call *call)
{
	struct grants_revoke *revoke = call->ask;
	TRY(grants_revoke_write(act, revoke));
	return handover_turns_end_copy(act, &revoke->grant);
}

const struct handler api_grants_revoke = {prepare_revoke, write_revoke, answer_one};

/* ---- POST /v1/grants/{grant}/decision ---- */

static fallible read_decision(struct call *call, struct approvals_decide *decide)
{
	struct json_object top;
	TRY(call_body(call, &top));
	decide->approve = json_in_bool(&top, "approve", JSON_NEEDED, false);
	decide->reason = json_in_text(&top, "reason", JSON_OPTIONAL, APPROVALS_REASON_MAX);
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_decide(struct call *call)
{
	struct approvals_decide *decide = call_new(call, struct approvals_decide);
	scoped(reading) reading = {0};
	if (!decide)
		return no_memory();
	call->ask = decide;
	decide->grant_id = call->parts[0];
	TRY(read_decision(call, decide));
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	struct scene scene = stage_scene(call, &view);
	return approvals_decide_prepare(&scene, decide);
}

static fallible write_decide(struct act *act, struct call *call)
{
	return approvals_decide_write(act, call->ask);
}

static fallible answer_decide(struct call *call, struct json_out *out)
{
	const struct approvals_decide *decide = call->ask;
	put_grant(out, &decide->after, &decide->gates, call->now);
	return OK;
}

const struct handler api_grants_decide = {prepare_decide, write_decide, answer_decide};

/* ---- POST /v1/grants/{grant}/checkout and /checkin ---- */

static fallible read_out(struct call *call, struct checkouts_out *out)
{
	struct json_object top;
	TRY(call_body(call, &top));
	out->ask.purpose = json_in_text(&top, "purpose", JSON_NEEDED, USES_PURPOSE_MAX);
	if (out->ask.purpose.len && ask_is_silent(out->ask.purpose))
		json_in_note(&top, "purpose", "missing");
	out->ask.minutes = (unsigned)json_in_number(
		&top, "minutes", JSON_OPTIONAL, 1, CHECKOUTS_MINUTES_MAX, CHECKOUTS_MINUTES);
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_out(struct call *call)
{
	struct checkouts_out *out = call_new(call, struct checkouts_out);
	scoped(reading) reading = {0};
	if (!out)
		return no_memory();
	call->ask = out;
	out->grant_id = call->parts[0];
	TRY(read_out(call, out));
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	struct scene scene = stage_scene(call, &view);
	return checkouts_out_prepare(&scene, out);
}

static fallible write_out(struct act *act, struct call *call)
{
	struct checkouts_out *out = call->ask;
	TRY(checkouts_out_write(act, out));
	call->refusal = out->refusal;
	call->retry_after_s = err_failed(out->refusal) ? (out->until.ms - act->now.ms + 999) / 1000 : 0;
	return OK;
}

static fallible answer_out(struct call *call, struct json_out *out)
{
	const struct checkouts_out *held = call->ask;
	json_out_id(out, "grant", ID_GRANT, held->grant.id);
	json_out_text(out, "exclusive", EXCLUSIVE[held->grant.exclusive]);
	json_out_time(out, "until", held->until);
	return OK;
}

const struct handler api_grants_checkout = {prepare_out, write_out, answer_out};

static fallible prepare_in(struct call *call)
{
	struct grants_revoke *found;
	TRY(ask_nothing(call));
	return find(call, &found);
}

static fallible write_in(struct act *act, struct call *call)
{
	const struct grants_revoke *found = call->ask;
	return checkouts_in_write(act, &found->grant);
}

const struct handler api_grants_checkin = {prepare_in, write_in, answer_one};

/* ---- POST and DELETE /v1/clients/{client}/freeze ---- */

static fallible prepare_frozen(struct call *call, bool frozen)
{
	struct freezing *freezing = call_new(call, struct freezing);
	scoped(reading) reading = {0};
	if (!freezing)
		return no_memory();
	call->ask = freezing;
	freezing->client = call->parts[0];
	freezing->frozen = frozen;
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	struct scene scene = stage_scene(call, &view);
	TRY(freezing_prepare(&scene, freezing));
	if (freezing->is_so)
		call->act = CALL_NO_ACT;
	return OK;
}

static fallible prepare_freeze(struct call *call)
{
	TRY(ask_nothing(call));
	return prepare_frozen(call, true);
}

static fallible prepare_thaw(struct call *call)
{
	return prepare_frozen(call, false);
}

static fallible write_freeze(struct act *act, struct call *call)
{
	return freezing_write(act, call->ask);
}

static fallible answer_freeze(struct call *call, struct json_out *out)
{
	const struct freezing *freezing = call->ask;
	json_out_id(out, "id", ID_CLIENT, freezing->change.client.id);
	json_out_bool(out, "frozen", freezing->frozen);
	return OK;
}

const struct handler api_grants_freeze = {prepare_freeze, write_freeze, answer_freeze};
const struct handler api_grants_thaw = {prepare_thaw, write_freeze, answer_freeze};
