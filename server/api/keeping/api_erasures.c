/* SPDX-License-Identifier: Apache-2.0 */
/* api_erasures - /v1/people/{person}/erasure, /v1/clients/{client}/erasure and /v1/erasures. */
#include "server/api/ask.h"
#include "server/core/keeping/erasures.h"

static void put_approvals(struct json_out *out, const struct erasure *erasure)
{
	const struct id by[] = {erasure->approver, erasure->third};
	json_out_open_array(out, "approved_by");
	for (size_t i = 0; i < 2; i++)
		if (!ids_is_none(by[i]))
			json_out_id(out, NULL, ID_PERSON, by[i]);
	json_out_close_array(out);
	json_out_number(out, "approvals_needed", erasure->needs_third ? 2 : 1);
}

static void put_erasure(const struct call *call, struct json_out *out, const struct erasure *erasure)
{
	bool is_client = erasure->subject.kind == SUBJECT_CLIENT;
	bool done = erasure->state == ERASURE_ERASED;
	json_out_id(out, "id", ID_ERASURE, erasure->id);
	json_out_text(out, "state", erasure_state_name(erasure->state));
	json_out_id(
		out, is_client ? "client" : "person", is_client ? ID_CLIENT : ID_PERSON, erasure->subject.id);
	ask_put_text(out, "ground", erasure->ground);
	json_out_time(out, "requested", erasure->requested);
	json_out_time(out, "due", erasure->due);
	ask_put_id(out, "requested_by", ID_PERSON, erasure->requester);
	put_approvals(out, erasure);
	ask_put_time(out, "decided", erasure->decided);
	ask_put_id(out, "ended_by", ID_PERSON, erasure->ended_by);
	json_out_bool(out, "held", erasure->held);
	ask_put_time(out, "erased", erasure->erased);
	if (erasure->state <= ERASURE_ERASED)
		json_out_time(out, "dark_after", erasures_dark_after(call->server, erasure));
	if (!done)
		return;
	json_out_number(out, "keys_destroyed", erasure->keys);
	json_out_number(out, "events_affected", (int64_t)erasure->events);
	json_out_number(out, "exports", (int64_t)erasure->exports);
	json_out_open_array(out, "held_in");
	for (size_t i = 0; i < erasure->held_in_count; i++)
		json_out_id(out, NULL, ID_EXPORT, erasure->held_in[i]);
	json_out_close_array(out);
}

/* ---- POST …/erasure ---- */

static fallible read_ask(struct call *call, struct erasures_ask *ask)
{
	struct json_object top;
	TRY(call_body(call, &top));
	ask->ground = ask_line(call, &top, "ground", JSON_NEEDED, ERASURE_GROUND_MAX);
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_ask(struct call *call, enum subject_kind kind)
{
	struct erasures_ask *ask;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &ask));
	TRY(stage_open(call, &stage));
	TRY(read_ask(call, ask));
	ask->kind = kind;
	ask->subject = call->parts[0];
	call->status = 202;
	return erasures_ask_prepare(&stage.scene, ask);
}

static fallible prepare_person(struct call *call)
{
	return prepare_ask(call, SUBJECT_PERSON);
}

static fallible prepare_client(struct call *call)
{
	return prepare_ask(call, SUBJECT_CLIENT);
}

static fallible write_ask(struct act *act, struct call *call)
{
	struct erasures_ask *ask = call->ask;
	TRY(erasures_ask_write(act, ask));
	if (ask->held)
		call->refusal = FAIL_CODE(HELD, "a hold forbids the erasure");
	return OK;
}

static fallible answer_ask(struct call *call, struct json_out *out)
{
	const struct erasures_ask *ask = call->ask;
	put_erasure(call, out, &ask->erasure);
	return OK;
}

const struct handler api_erasures_person = {prepare_person, write_ask, answer_ask};
const struct handler api_erasures_client = {prepare_client, write_ask, answer_ask};

/* ---- GET /v1/erasures/{erasure} ---- */

static fallible find(struct call *call, const struct scene *scene, struct erasures_decide **found)
{
	TRY(call_ask(call, found));
	return erasures_find(scene, call->parts[0], &(*found)->erasure);
}

static fallible prepare_get(struct call *call)
{
	struct erasures_decide *found;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	return find(call, &stage.scene, &found);
}

static fallible answer_one(struct call *call, struct json_out *out)
{
	const struct erasures_decide *decide = call->ask;
	put_erasure(call, out, &decide->erasure);
	return OK;
}

const struct handler api_erasures_get = {prepare_get, NULL, answer_one};

/* ---- POST /v1/erasures/{erasure}/decision ---- */

static fallible prepare_decide(struct call *call)
{
	struct erasures_decide *decide;
	bool approve;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(find(call, &stage.scene, &decide));
	TRY(ask_decision(call, &approve));
	decide->approve = approve;
	return erasures_decide_prepare(&stage.scene, decide);
}

static fallible write_decide(struct act *act, struct call *call)
{
	return erasures_decide_write(act, call->ask);
}

const struct handler api_erasures_decide = {prepare_decide, write_decide, answer_one};

/* ---- DELETE /v1/erasures/{erasure} ---- */

static fallible prepare_cancel(struct call *call)
{
	struct erasures_decide *cancel;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(find(call, &stage.scene, &cancel));
	return erasures_cancel_prepare(&stage.scene, cancel);
}

static fallible write_cancel(struct act *act, struct call *call)
{
	return erasures_cancel_write(act, call->ask);
}

const struct handler api_erasures_cancel = {prepare_cancel, write_cancel, answer_one};
