/* SPDX-License-Identifier: Apache-2.0 */
/* api_events - POST /v1/events and /v1/events:batch: from JSON to what core/events takes, and the receipts
 * back. */
#include "policies/secret_fields.h"
#include "server/api/call.h"
#include "server/api/log/event_needs.h"
#include "server/core/log/events.h"
#include "server/core/log/tenant_actions.h"

enum {
	NAME_MAX_BYTES = 128,
	TEXT_MAX_BYTES = 200,
	LABEL_MAX_BYTES = 300,
	DETAIL_MAX_BYTES = 8 * 1024,
	CHANGES_MAX = 32,
	PLACE_MAX = 1024, /* of a pointer */
};

static const char *const OUTCOMES[] = {"success", "denied", "failed", NULL};

/* ---- one event ---- */

static fallible read_action(
	struct call *call, const struct view *view, struct json_object *top, struct events_ask *ask)
{
	struct span name = json_in_text(top, "action", JSON_NEEDED, DECLARED_NAME_MAX);
	if (name.len == 0)
		return OK;
	TRY(tenant_actions_find(view, call->caller.tenant, name, call->arena, &ask->action));
	if (!ask->action)
		json_in_note(top, "action", "unknown_action");
	return ask->action ? events_check_action(&call->caller, ask->action) : OK;
}

/* {"person": id or ref}, {"application": id}, {"unknown": login}, {"system": true}, or just "system". */
static void read_actor(struct json_object *top, struct events_ask *ask)
{
	struct json_object actor;
	if (json_in_is_text(top, "actor")) {
		if (span_is(json_in_text(top, "actor", JSON_NEEDED, NAME_MAX_BYTES), "system"))
			ask->actor = LEAF_SYSTEM;
		else
			json_in_note(top, "actor", "not_allowed");
		return;
	}
	if (!json_in_object(top, "actor", JSON_NEEDED, &actor))
		return;
	if (json_in_has(&actor, "person")) {
		ask->actor = LEAF_PERSON;
		ask->actor_name = json_in_text(&actor, "person", JSON_NEEDED, NAME_MAX_BYTES);
	} else if (json_in_has(&actor, "application")) {
		ask->actor = LEAF_BY_APPLICATION;
		ask->actor_name = json_in_text(&actor, "application", JSON_NEEDED, NAME_MAX_BYTES);
	} else if (json_in_has(&actor, "unknown")) {
		ask->actor = LEAF_UNKNOWN;
		json_in_free_text(&actor, "unknown", JSON_NEEDED, LABEL_MAX_BYTES);
	} else if (json_in_bool(&actor, "system", JSON_OPTIONAL, false)) {
		ask->actor = LEAF_SYSTEM;
	} else {
		json_in_note(top, "actor", "missing");
	}
	json_in_end(&actor);
}

static void read_object(struct json_object *top, struct events_ask *ask)
{
	struct json_object object;
	if (!json_in_object(top, "object", JSON_OPTIONAL, &object))
		return;
	ask->object_type = json_in_text(&object, "type", JSON_NEEDED, NAME_MAX_BYTES);
	ask->object_id = json_in_text(&object, "id", JSON_OPTIONAL, NAME_MAX_BYTES);
	ask->object_label = json_in_text(&object, "label", JSON_OPTIONAL, LABEL_MAX_BYTES);
	json_in_end(&object);
}

/* A field that holds a secret, by its name or by the caller's word, is only said to have changed: what was sent
 * of its values goes nowhere. */
static void take_change(struct json_object *change, struct json_out *out)
{
	struct span field = json_in_text(change, "field", JSON_NEEDED, NAME_MAX_BYTES);
	struct span before = json_in_raw(change, "before", JSON_OPTIONAL, LABEL_MAX_BYTES);
	struct span after = json_in_raw(change, "after", JSON_OPTIONAL, LABEL_MAX_BYTES);
	bool secret = json_in_bool(change, "secret", JSON_OPTIONAL, false) || secret_fields_has(field);
	json_in_end(change);
	json_out_open(out, NULL);
	if (!secret && after.len)
		json_out_raw(out, "after", after);
	if (!secret && before.len)
		json_out_raw(out, "before", before);
	json_out_span(out, "field", field);
	if (secret)
		json_out_bool(out, "secret", true);
	json_out_close(out);
}

static void read_changes(struct json_object *top, struct events_ask *ask)
{
	struct json_array changes;
	struct json_object change;
	scoped(buf) json = BUF(DETAIL_MAX_BYTES);
	struct json_out out = JSON_OUT(&json);
	if (!json_in_array(top, "changes", JSON_OPTIONAL, CHANGES_MAX, &changes))
		return;
	json_out_open_array(&out, NULL);
	while (json_in_next_object(&changes, &change))
		take_change(&change, &out);
	json_out_close_array(&out);
	if (err_failed(buf_keep(&json, top->doc->arena, &ask->changes)))
		json_in_note(top, "changes", "too_long");
}

/* The content is kept as it is; what the action requires of it has to be there. */
static void read_detail(struct json_object *top, struct events_ask *ask)
{
	struct json_object detail = json_in_absent(top, "detail");
	if (json_in_object(top, "detail", JSON_OPTIONAL, &detail))
		ask->detail = json_in_raw(top, "detail", JSON_OPTIONAL, DETAIL_MAX_BYTES);
	if (ask->action)
		event_needs_check(top, &detail, ask->action);
}

static fallible read_event(struct json_object *top, struct events_ask *ask)
{
	int outcome;
	read_actor(top, ask);
	read_object(top, ask);
	read_changes(top, ask);
	read_detail(top, ask);
	ask->time = json_in_time(top, "time", JSON_OPTIONAL);
	ask->in_place_of = json_in_text(top, "in_place_of", JSON_OPTIONAL, NAME_MAX_BYTES);
	ask->client = json_in_text(top, "client", JSON_OPTIONAL, NAME_MAX_BYTES);
	ask->grant = json_in_text(top, "grant", JSON_OPTIONAL, NAME_MAX_BYTES);
	ask->counted = json_in_has(top, "count");
	ask->count = (uint64_t)json_in_number(top, "count", JSON_OPTIONAL, 0, INT64_MAX, 0);
	outcome = json_in_word(top, "outcome", JSON_OPTIONAL, OUTCOMES);
	ask->outcome = outcome < 0 ? LEAF_SUCCESS : (enum leaf_outcome)outcome;
	ask->reason = json_in_text(top, "reason", JSON_OPTIONAL, TEXT_MAX_BYTES);
	ask->purpose = json_in_text(top, "purpose", JSON_OPTIONAL, TEXT_MAX_BYTES);
	ask->task = json_in_text(top, "task", JSON_OPTIONAL, NAME_MAX_BYTES);
	ask->session = json_in_text(top, "session", JSON_OPTIONAL, NAME_MAX_BYTES);
	call_read_device(top, "device", JSON_OPTIONAL, &ask->device);
	json_in_end(top);
	return json_in_check(top->doc);
}

/* What only core can judge, as a problem at its place. */
static void note_place(struct json_object *top, const struct events_item *item, struct err err)
{
	if (err.code == CODE_DEVICE_MISSING)
		json_in_note(top, "device", "missing");
	else if (err.code == CODE_ACTION_RESERVED)
		json_in_note(top, "action", "action_reserved");
	else if (err.kind == ERR_INVALID && item->fault)
		json_in_note(
			top, item->fault, err.code == CODE_INVALID ? "not_allowed" : err_row(err.code)->name);
}

static fallible prepare_item(
	struct call *call, struct json_object *top, struct reading *reading, struct events_item *item)
{
	struct events_ask ask = {0};
	struct view view = view_reading(reading);
	struct err err = read_action(call, &view, top, &ask);
	if (!err_failed(err))
		err = read_event(top, &ask);
	if (!err_failed(err))
		err = events_prepare(call->server, &call->caller, &view, &ask, call->now, call->arena, item);
	note_place(top, item, err);
	return err;
}

/* ---- POST /v1/events ---- */

static fallible make_add(struct call *call, size_t count, struct events_add **add)
{
	struct events_add *made = call_new(call, struct events_add);
	struct events_item *items = made ? call_alloc(call, count * sizeof *items) : NULL;
	if (!items)
		return FAIL(NO_MEMORY, "a call has no memory for its events");
	*made = (struct events_add){.items = items, .count = count, .quota.events = count};
	call->ask = made;
	call->status = 201;
	*add = made;
	return OK;
}

/* What there is no room for is not even read. */
static fallible find_room(struct call *call, struct reading *reading, struct events_add *add)
{
	struct view view = view_reading(reading);
	return event_quota_prepare(call->server, &call->caller, &view, call->now, call->arena, &add->quota);
}

static fallible prepare_one(struct call *call)
{
	struct events_add *add;
	struct json_object top;
	scoped(reading) reading = {0};
	TRY(events_check_reporter(&call->caller));
	TRY(make_add(call, 1, &add));
	TRY(call_reading(call, &reading));
	TRY(find_room(call, &reading, add));
	if (add->quota.over)
		return OK;
	TRY(call_body(call, &top));
	return prepare_item(call, &top, &reading, &add->items[0]);
}

static fallible write_all(struct act *act, struct call *call)
{
	const struct events_add *add = call->ask;
	TRY(events_write(act, call->caller.tenant, call->ask));
	call->retry_after_s = add->quota.wait_s;
	if (add->quota.wait_s > 0)
		call->refusal = FAIL_CODE(QUOTA_EXCEEDED, "the application has no room for these events now");
	return OK;
}

static fallible answer_one(struct call *call, struct json_out *out)
{
	const struct events_item *item = ((const struct events_add *)call->ask)->items;
	const struct receipt *receipt = &item->receipt;
	struct instant told = item->draft.leaf.time;
	json_out_id(out, "id", ID_EVENT, receipt->event);
	json_out_number(out, "index", (int64_t)receipt->index);
	json_out_time(out, "time", told.ms ? told : receipt->time);
	json_out_time(out, "received", receipt->time);
	json_out_hex(out, "leaf", SPAN_BYTES(receipt->leaf.bytes));
	json_out_hex(out, "chain", SPAN_BYTES(receipt->chain));
	if (item->draft.leaf.flags & LEAF_SKEWED)
		json_out_bool(out, "skewed", true);
	return OK;
}

const struct handler api_events_add = {prepare_one, write_all, answer_one};

/* ---- POST /v1/events:batch ---- */

/* Files have such lines, and ends of lines with a carriage return. */
static bool is_blank(struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.at[i] != ' ' && line.at[i] != '\t' && line.at[i] != '\r')
			return false;
	return true;
}

static size_t count_lines(struct span body)
{
	size_t count = 0;
	struct span line;
	while (span_cut(&body, '\n', &line))
		count += !is_blank(line);
	return count;
}

static void add_place(struct call *call, struct json_problem place)
{
	struct json_problems *all = &call->problems;
	if (all->count < JSON_PROBLEMS_MAX) {
		all->rows[all->count++] = place;
		return;
	}
	if (!all->more)
		all->more = call_alloc(call, EVENTS_BATCH_MAX * sizeof *all->more);
	if (all->more)
		all->more[all->more_count++] = place;
}

/* Of a place that takes too many words at least the line is named. */
static const char *place_of(struct call *call, size_t line, const char *pointer)
{
	scoped(buf) place = BUF(PLACE_MAX);
	scoped(buf) bare = BUF(PLACE_MAX);
	buf_printf(&place, "/%zu%s", line, pointer);
	buf_printf(&bare, "/%zu", line);
	const char *text = arena_text(call->arena, buf_span(err_failed(buf_check(&place)) ? &bare : &place));
	return text ? text : "";
}

/* The problems of a line say which one: /<line>/pointer, lines counted from 0, the blank ones too. When many were named
 * one of each further line is. */
static void name_line(struct call *call, size_t line, struct json_problems *found, struct err err)
{
	const struct json_problems *all = &call->problems;
	if (found->count == 0)
		found->rows[found->count++] = (struct json_problem){"", err_row(err.code)->name};
	for (size_t i = 0; i < found->count && (i == 0 || all->count < JSON_PROBLEMS_MAX); i++)
		add_place(call,
			(struct json_problem){
				place_of(call, line, found->rows[i].pointer), found->rows[i].code});
}

static fallible prepare_line(struct call *call, struct span line, struct reading *reading,
	struct json_problems *problems, struct events_item *item)
{
	struct json_object top;
	json_doc_done(&call->body);
	TRY(json_in_parse(&call->body, line, call->arena, problems));
	TRY(json_in_top(&call->body, &top));
	return prepare_item(call, &top, reading, item);
}

/* A wrong line does not hide the next one; a fault of ours ends it. */
static fallible prepare_lines(struct call *call, struct reading *reading, struct events_add *add)
{
	struct span body = call->request->body, line;
	struct err first = OK;
	size_t at = 0;
	for (size_t number = 0; span_cut(&body, '\n', &line); number++) {
		struct json_problems problems = {0};
		if (is_blank(line))
			continue;
		struct err err = prepare_line(call, line, reading, &problems, &add->items[at]);
		if (err_failed(err) && err_row(err.code)->status >= 500)
			return err;
		if (err_failed(err))
			name_line(call, number, &problems, err);
		first = err_failed(first) ? first : err;
		at++;
	}
	return first;
}

static fallible prepare_batch(struct call *call)
{
	struct events_add *add;
	scoped(reading) reading = {0};
	size_t count = count_lines(call->request->body);
	TRY(events_check_reporter(&call->caller));
	if (count == 0 || count > EVENTS_BATCH_MAX)
		return FAIL(INVALID, "a batch has 1 to 1,000 lines");
	TRY(make_add(call, count, &add));
	TRY(call_reading(call, &reading));
	TRY(find_room(call, &reading, add));
	return add->quota.over ? OK : prepare_lines(call, &reading, add);
}

static fallible answer_batch(struct call *call, struct json_out *out)
{
	const struct events_add *add = call->ask;
	json_out_number(out, "first_index", (int64_t)add->items[0].receipt.index);
	json_out_number(out, "count", (int64_t)add->count);
	return OK;
}

const struct handler api_events_batch = {prepare_batch, write_all, answer_batch};
