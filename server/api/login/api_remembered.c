/* SPDX-License-Identifier: Apache-2.0 */
/* api_remembered - GET /v1/remembered, GET and DELETE /v1/people/{person}/remembered, DELETE /v1/remembered/{id}. */
#include "server/api/ask.h"
#include "server/core/login/forgetting.h"
#include "server/core/login/remembering.h"
#include "server/core/people/people.h"

static void put_remembered(struct json_out *out, const struct remembered *remembered)
{
	json_out_id(out, "id", ID_REMEMBERED, remembered->id);
	json_out_id(out, "person", ID_PERSON, remembered->person);
	json_out_id(out, "application", ID_APPLICATION, remembered->application);
	json_out_id(out, "device", ID_DEVICE, remembered->device);
	json_out_time(out, "created", remembered->issued);
	json_out_time(out, "last_used", remembered->turned);
	json_out_time(out, "expires_at", remembered->expires);
}

/* ---- GET /v1/remembered ---- */

static fallible prepare_check(struct call *call)
{
	struct remembered *remembered;
	char person[ID_TEXT + 1];
	struct span kept;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &remembered));
	TRY(stage_open(call, &stage));
	TRY(remembering_check(&stage.scene, http_header(call->exchange, "Muniment-Remember"), remembered));
	/* For a proxy that can't read bodies. */
	ids_print(ID_PERSON, remembered->person, person);
	TRY(arena_keep(call->arena, span_text(person), &kept));
	call_header(call, "Muniment-Person", kept);
	return OK;
}

static fallible answer_check(struct call *call, struct json_out *out)
{
	put_remembered(out, call->ask);
	return OK;
}

const struct handler api_remembered_check = {prepare_check, NULL, answer_check};

/* ---- GET /v1/people/{person}/remembered ---- */

/* What is over waits for housekeeping, and is not shown. */
static fallible put_items(
	struct call *call, const struct view *view, struct json_out *out, struct span *position)
{
	struct ask_persons_page *list = call->ask;
	struct remembered remembered;
	struct id next = list->after;
	struct err err = OK;
	size_t count = 0;
	while (remembered_next(view, call->caller.tenant, list->person.id, &next, &remembered, &err)) {
		if (call->now.ms >= remembered.expires.ms)
			continue;
		if (count++ == list->page.limit) {
			*position = id_span(&list->after);
			return OK;
		}
		json_out_open(out, NULL);
		put_remembered(out, &remembered);
		json_out_close(out);
		list->after = next;
	}
	return err;
}

static fallible answer_list(struct call *call, struct json_out *out)
{
	const struct ask_persons_page *list = call->ask;
	return call_put_list(call, out, id_span(&list->person.id), put_items);
}

const struct handler api_remembered_list = {ask_persons_page, NULL, answer_list};

/* ---- DELETE ---- */

static fallible prepare_forget(
	struct call *call, const struct scene *scene, struct span person, struct forgetting_ask *ask)
{
	struct person found;
	TRY(people_find(scene, person, &found));
	TRY(forgetting_prepare(scene, &found, ask));
	call->act = ask->count ? CALL_EVENT : CALL_NO_ACT;
	return OK;
}

static fallible prepare_forget_all(struct call *call)
{
	struct forgetting_ask *ask;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &ask));
	TRY(stage_open(call, &stage));
	return prepare_forget(call, &stage.scene, call->parts[0], ask);
}

static fallible prepare_forget_one(struct call *call)
{
	struct forgetting_ask *ask;
	struct remembered remembered;
	char person[ID_TEXT + 1];
	scoped(stage) stage = {0};
	TRY(call_ask(call, &ask));
	TRY(ids_parse(ID_REMEMBERED, call->parts[0], &ask->id));
	TRY(stage_open(call, &stage));
	TRY(remembered_get(&stage.view, call->caller.tenant, ask->id, &remembered));
	ids_print(ID_PERSON, remembered.person, person);
	return prepare_forget(call, &stage.scene, span_text(person), ask);
}

static fallible write_forget(struct act *act, struct call *call)
{
	return forgetting_write(act, call->caller.tenant, call->ask);
}

static fallible answer_forget(struct call *call, struct json_out *out)
{
	const struct forgetting_ask *ask = call->ask;
	json_out_number(out, "ended", (int64_t)ask->count);
	return OK;
}

const struct handler api_remembered_forget = {prepare_forget_one, write_forget, answer_forget};
const struct handler api_remembered_forget_all = {prepare_forget_all, write_forget, answer_forget};
