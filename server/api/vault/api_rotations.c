/* SPDX-License-Identifier: Apache-2.0 */
/* api_rotations - GET /v1/rotations, PUT /v1/credentials/{credential}/rotations/{person}. */
#include "server/api/ask.h"
#include "server/api/vault/exposure_out.h"
#include "server/core/grants_seen.h"
#include "server/core/vault/rotations.h"
#include "store/nouns/client.h"

enum { FILTERS_MAX = 512, ROW_MEMORY = 64 * 1024 };

/* ---- one of them ---- */

/* Who noted what, and why. */
static fallible put_note(struct json_out *out, const struct view *view, const struct exposure *seen)
{
	scoped(arena) row = ARENA(ROW_MEMORY);
	struct rotation noted = {.tenant = seen->tenant,
		.person = seen->person,
		.credential = seen->credential,
		.number = seen->number};
	TRY(rotation_get(view, &row, &noted));
	json_out_id(out, "noted_by", noted.by_person ? ID_PERSON : ID_APPLICATION, noted.by);
	json_out_time(out, "noted", noted.noted);
	ask_put_text(out, "reason", noted.reason);
	return OK;
}

static fallible put_item(struct json_out *out, const struct view *view, const struct sight *sight,
	const struct exposures_item *item)
{
	exposure_out_put(out, sight, item);
	TRY(exposure_out_put_name(out, view, item->seen.tenant, item->seen.person));
	if (item->state == ROTATION_PLANNED || item->state == ROTATION_WAIVED)
		TRY(put_note(out, view, &item->seen));
	return OK;
}

/* ---- GET /v1/rotations ---- */

struct list {
	struct exposures_ask ask;
	unsigned states; /* 1 << enum rotation_state */
	struct sight sight;
	struct span filters; /* what the cursor is bound to */
	struct page_ask page;
};

/* Without a state: what is still to be done. */
static fallible read_state(struct call *call, struct span word, struct list *list)
{
	enum rotation_state state;
	list->states = 1u << ROTATION_OWED | 1u << ROTATION_PLANNED;
	if (word.len == 0)
		return OK;
	if (!rotation_rules_find(word, &state) || state == ROTATION_NONE)
		return call_refuse(call, "state", "not_allowed", "state is owed, planned, waived or done");
	list->states = 1u << state;
	return OK;
}

static fallible bind_filters(struct call *call, const struct span filters[static 3], struct list *list)
{
	scoped(buf) text = BUF(FILTERS_MAX);
	for (size_t i = 0; i < 3; i++)
		buf_put_sized(&text, filters[i]);
	return buf_keep(&text, call->arena, &list->filters);
}

/* Who is named has to be in sight; who sees one client, or nothing but themselves, is asked about no more. */
static fallible narrow(
	struct call *call, const struct view *view, const struct span filters[static 3], struct list *list)
{
	struct exposures_ask *ask = &list->ask;
	const struct sight *sight = &list->sight;
	bool knows = true;
	if (filters[0].len)
		TRY(person_find(view, ask->tenant, filters[0], &ask->person));
	if (filters[1].len)
		TRY(client_find(view, ask->tenant, filters[1], &ask->client));
	if (filters[1].len && !sight_has_client(sight, ask->client))
		return FAIL(NOT_FOUND, "the client is outside what the caller sees");
	if (sight->all)
		return OK;
	if (ids_is_none(sight->client)) {
		knows = ids_is_none(ask->person) || ids_equal(ask->person, sight->person);
		ask->person = sight->person;
	} else {
		ask->client = sight->client;
		if (filters[0].len)
			TRY(rotations_knows(view, call->caller.tenant, ask->person, sight->client, &knows));
	}
	return knows ? OK : FAIL(NOT_FOUND, "the person is outside what the caller sees");
}

static fallible prepare_list(struct call *call)
{
	struct list *list;
	struct span filters[3];
	scoped(stage) stage = {0};
	TRY(call_ask(call, &list));
	list->ask = (struct exposures_ask){.tenant = call->caller.tenant, .now = call->now};
	TRY(call_query(call, "person", &filters[0]));
	TRY(call_query(call, "client", &filters[1]));
	TRY(call_query(call, "state", &filters[2]));
	TRY(read_state(call, filters[2], list));
	TRY(bind_filters(call, filters, list));
	TRY(call_page(call, list->filters, &list->page));
	TRY(stage_open(call, &stage));
	TRY(grants_sight(&stage.view, &call->caller, call->arena, &list->sight));
	return narrow(call, &stage.view, filters, list);
}

static void take_position(const struct list *list, struct exposure_place *at)
{
	if (list->page.position.len > sizeof at->bytes)
		return;
	at->len = list->page.position.len;
	if (at->len)
		memcpy(at->bytes, list->page.position.at, at->len);
}

static fallible put_items(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	const struct list *list = call->ask;
	struct exposures exposures;
	struct exposures_item item;
	struct exposure_place last = {.len = 0};
	struct name_out names;
	struct err err = OK;
	size_t count = 0;
	TRY(name_out_open(call, view, &names));
	TRY(exposures_open(view, &list->ask, call->arena, &exposures));
	take_position(list, &exposures.at);
	while (exposures_next(&exposures, &item, &err)) {
		if (!(list->states & 1u << item.state))
			continue;
		if (count++ == list->page.limit)
			return arena_keep(call->arena, span_of(last.bytes, last.len), position);
		json_out_open(out, NULL);
		TRY(put_item(out, view, &list->sight, &item));
		TRY(exposure_out_put_names(out, &names, &list->sight, &item));
		json_out_close(out);
		last = exposures.at;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	const struct list *list = call->ask;
	return call_put_list(call, out, list->filters, put_items);
}

const struct handler api_rotations_list = {prepare_list, NULL, answer_list};

/* ---- PUT /v1/credentials/{credential}/rotations/{person} ---- */

static fallible read_note(struct call *call, struct json_object *top, struct rotations_note *note)
{
	static const char *const STATES[] = {"owed", "planned", "waived", NULL};
	static const enum rotation_note NOTES[] = {
		ROTATION_NOTE_NONE, ROTATION_NOTE_PLANNED, ROTATION_NOTE_WAIVED};
	TRY(call_body(call, top));
	int state = json_in_word(top, "state", JSON_NEEDED, STATES);
	note->note = state < 0 ? ROTATION_NOTE_NONE : NOTES[state];
	bool waived = note->note == ROTATION_NOTE_WAIVED, planned = note->note == ROTATION_NOTE_PLANNED;
	note->due = json_in_time(top, "due", planned ? JSON_NEEDED : JSON_OPTIONAL);
	note->reason =
		ask_line(call, top, "reason", waived ? JSON_NEEDED : JSON_OPTIONAL, ROTATION_REASON_MAX);
	if (note->due.ms && !planned)
		json_in_note(top, "due", "not_allowed");
	if (note->reason.len && !waived)
		json_in_note(top, "reason", "not_allowed");
	json_in_end(top);
	return call_check(call);
}

static fallible prepare_note(struct call *call)
{
	struct rotations_note *note;
	struct json_object top;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &note));
	note->credential = call->parts[0];
	note->person = call->parts[1];
	TRY(read_note(call, &top, note));
	TRY(stage_open(call, &stage));
	struct err err = rotations_note_prepare(&stage.scene, note);
	if (err_failed(err) && note->fault)
		json_in_note(&top, note->fault, "not_allowed");
	return err;
}

static fallible write_note(struct act *act, struct call *call)
{
	return rotations_note_write(act, call->ask);
}

static fallible answer_note(struct call *call, struct json_out *out)
{
	const struct rotations_note *note = call->ask;
	static const enum rotation_state STATES[ROTATION_NOTE_COUNT] = {
		[ROTATION_NOTE_NONE] = ROTATION_OWED,
		[ROTATION_NOTE_PLANNED] = ROTATION_PLANNED,
		[ROTATION_NOTE_WAIVED] = ROTATION_WAIVED,
	};
	(void)call;
	json_out_id(out, "credential", ID_CREDENTIAL, note->row.credential);
	json_out_id(out, "person", ID_PERSON, note->row.person);
	json_out_id(out, "client", ID_CLIENT, note->row.client);
	json_out_number(out, "version", (int64_t)note->row.number);
	json_out_text(out, "rotation", rotation_rules_word(STATES[note->row.note]));
	if (note->row.due.ms)
		json_out_time(out, "due", note->row.due);
	ask_put_text(out, "reason", note->row.reason);
	json_out_time(out, "noted", note->row.noted);
	return OK;
}

const struct handler api_rotations_note = {prepare_note, write_note, answer_note};
