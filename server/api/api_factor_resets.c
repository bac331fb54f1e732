/* SPDX-License-Identifier: Apache-2.0 */
/* api_factor_resets - /v1/people/{person}/factor-reset and /v1/factor-resets. */
#include "server/api/ask.h"
#include "server/core/factor_resets.h"

static void put_person(struct json_out *out, const char *name, struct id person)
{
	if (ids_is_none(person))
		json_out_null(out, name);
	else
		json_out_id(out, name, ID_PERSON, person);
}

static void put_time(struct json_out *out, const char *name, struct instant at)
{
	if (at.ms == 0)
		json_out_null(out, name);
	else
		json_out_time(out, name, at);
}

static void put_reset(
	struct json_out *out, const struct factor_reset *reset, const struct rescue *rescue, unsigned a_year)
{
	json_out_id(out, "id", ID_FACTOR_RESET, reset->id);
	json_out_text(out, "state", factor_reset_state_name(reset->state));
	json_out_id(out, "person", ID_PERSON, reset->person);
	ask_put_text(out, "reason", reset->reason);
	json_out_time(out, "requested", reset->requested);
	json_out_time(out, "due", reset->due);
	put_person(out, "requested_by", reset->requester);
	put_person(out, "approved_by", reset->approver);
	put_time(out, "decided", reset->decided);
	put_person(out, "ended_by", reset->ended_by);
	put_time(out, "done", reset->done);
	if (reset->state == FACTOR_RESET_DONE)
		json_out_number(out, "factors_ended", reset->ended);
	json_out_number(out, "resets_this_year", rescue->resets);
	json_out_number(out, "resets_a_year", a_year);
}

/* ---- POST /v1/people/{person}/factor-reset ---- */

static fallible read_ask(struct call *call, struct factor_resets_ask *ask)
{
	struct json_object top;
	TRY(call_body(call, &top));
	ask->reason = ask_line(call, &top, "reason", JSON_NEEDED, FACTOR_RESET_REASON_MAX);
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_ask(struct call *call)
{
	struct factor_resets_ask *ask = call_new(call, struct factor_resets_ask);
	scoped(reading) reading = {0};
	if (!ask)
		return FAIL(NO_MEMORY, "a call has no memory for a reset of factors");
	TRY(read_ask(call, ask));
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	struct scene scene = ask_scene(call, &view);
	ask->person = call->parts[0];
	call->ask = ask;
	call->status = 202;
	return factor_resets_ask_prepare(&scene, ask);
}

static fallible write_ask(struct act *act, struct call *call)
{
	return factor_resets_ask_write(act, call->ask);
}

static fallible answer_ask(struct call *call, struct json_out *out)
{
	const struct factor_resets_ask *ask = call->ask;
	put_reset(out, &ask->reset, &ask->rescue, ask->a_year);
	return OK;
}

const struct handler api_factor_resets_ask = {prepare_ask, write_ask, answer_ask};

/* ---- GET /v1/factor-resets/{reset} ---- */

static fallible find(struct call *call, const struct view *view, struct factor_resets_decide **found)
{
	struct factor_resets_decide *decide = call_new(call, struct factor_resets_decide);
	struct scene scene = ask_scene(call, view);
	if (!decide)
		return FAIL(NO_MEMORY, "a call has no memory for a reset of factors");
	TRY(factor_resets_find(&scene, call->parts[0], decide));
	call->ask = *found = decide;
	return OK;
}

static fallible prepare_get(struct call *call)
{
	struct factor_resets_decide *found;
	scoped(reading) reading = {0};
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	return find(call, &view, &found);
}

static fallible answer_one(struct call *call, struct json_out *out)
{
	const struct factor_resets_decide *decide = call->ask;
	put_reset(out, &decide->reset, &decide->rescue, decide->a_year);
	return OK;
}

const struct handler api_factor_resets_get = {prepare_get, NULL, answer_one};

/* ---- POST /v1/factor-resets/{reset}/decision ---- */

static fallible prepare_decide(struct call *call)
{
	struct factor_resets_decide *decide;
	bool approve;
	scoped(reading) reading = {0};
	TRY(ask_decision(call, &approve));
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	struct scene scene = ask_scene(call, &view);
	TRY(find(call, &view, &decide));
	decide->approve = approve;
	return factor_resets_decide_prepare(&scene, decide);
}

static fallible write_decide(struct act *act, struct call *call)
{
	return factor_resets_decide_write(act, call->ask);
}

const struct handler api_factor_resets_decide = {prepare_decide, write_decide, answer_one};

/* ---- DELETE /v1/factor-resets/{reset} ---- */

static fallible prepare_cancel(struct call *call)
{
	struct factor_resets_decide *cancel;
	scoped(reading) reading = {0};
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	struct scene scene = ask_scene(call, &view);
	TRY(find(call, &view, &cancel));
	return factor_resets_cancel_prepare(&scene, cancel);
}

static fallible write_cancel(struct act *act, struct call *call)
{
	return factor_resets_cancel_write(act, call->ask);
}

const struct handler api_factor_resets_cancel = {prepare_cancel, write_cancel, answer_one};
