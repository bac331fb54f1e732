/* SPDX-License-Identifier: Apache-2.0 */
/* api_factor_resets - /v1/people/{person}/factor-reset and /v1/factor-resets. */
#include "server/api/login/api_factor_resets.h"

#include "server/api/name_out.h"
#include "server/core/login/factor_resets.h"

/* What an answer says of one. */
struct told {
	const struct factor_reset *reset;
	const struct rescue *rescue;
	unsigned a_year;
	struct instant now;
};

static void put_reset(struct json_out *out, const struct told *told)
{
	const struct factor_reset *reset = told->reset;
	json_out_id(out, "id", ID_FACTOR_RESET, reset->id);
	json_out_text(out, "state", factor_reset_state_word(reset, told->now));
	json_out_id(out, "person", ID_PERSON, reset->person);
	ask_put_text(out, "reason", reset->reason);
	json_out_time(out, "requested", reset->requested);
	json_out_time(out, "due", reset->due);
	ask_put_id(out, "requested_by", ID_PERSON, reset->requester);
	ask_put_id(out, "approved_by", ID_PERSON, reset->approver);
	ask_put_time(out, "decided", reset->decided);
	ask_put_id(out, "ended_by", ID_PERSON, reset->ended_by);
	ask_put_time(out, "done", reset->done);
	if (reset->state == FACTOR_RESET_DONE)
		json_out_number(out, "factors_ended", reset->ended);
	json_out_number(out, "resets_this_year", told->rescue->resets);
	json_out_number(out, "resets_a_year", told->a_year);
}

fallible api_factor_resets_put_open(
	struct call *call, const struct scene *scene, struct id person, struct json_out *out)
{
	bool is_open;
	struct name_out names;
	struct factor_resets_decide found;
	TRY(factor_resets_find_open(scene, person, &found, &is_open));
	if (!is_open) {
		json_out_null(out, "reset");
		return OK;
	}
	TRY(name_out_open_always(call, scene->view, &names));
	json_out_open(out, "reset");
	put_reset(out, &(struct told){&found.reset, &found.rescue, found.a_year, call->now});
	TRY(name_out_person(&names, out, "requested_by_name", found.reset.requester));
	json_out_close(out);
	return OK;
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
	struct factor_resets_ask *ask;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &ask));
	TRY(read_ask(call, ask));
	TRY(stage_open(call, &stage));
	ask->person = call->parts[0];
	call->status = 202;
	return factor_resets_ask_prepare(&stage.scene, ask);
}

static fallible write_ask(struct act *act, struct call *call)
{
	return factor_resets_ask_write(act, call->ask);
}

static fallible answer_ask(struct call *call, struct json_out *out)
{
	const struct factor_resets_ask *ask = call->ask;
	put_reset(out, &(struct told){&ask->reset, &ask->rescue, ask->a_year, call->now});
	return OK;
}

const struct handler api_factor_resets_ask = {prepare_ask, write_ask, answer_ask};

/* ---- GET /v1/factor-resets/{reset} ---- */

static fallible find(struct call *call, const struct scene *scene, struct factor_resets_decide **found)
{
	TRY(call_ask(call, found));
	return factor_resets_find(scene, call->parts[0], *found);
}

static fallible prepare_get(struct call *call)
{
	struct factor_resets_decide *found;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	return find(call, &stage.scene, &found);
}

static fallible answer_one(struct call *call, struct json_out *out)
{
	const struct factor_resets_decide *decide = call->ask;
	put_reset(out, &(struct told){&decide->reset, &decide->rescue, decide->a_year, call->now});
	return OK;
}

const struct handler api_factor_resets_get = {prepare_get, NULL, answer_one};

/* ---- POST /v1/factor-resets/{reset}/decision ---- */

static fallible prepare_decide(struct call *call)
{
	struct factor_resets_decide *decide;
	bool approve;
	scoped(stage) stage = {0};
	TRY(ask_decision(call, &approve));
	TRY(stage_open(call, &stage));
	TRY(find(call, &stage.scene, &decide));
	decide->approve = approve;
	return factor_resets_decide_prepare(&stage.scene, decide);
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
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	TRY(find(call, &stage.scene, &cancel));
	return factor_resets_cancel_prepare(&stage.scene, cancel);
}

static fallible write_cancel(struct act *act, struct call *call)
{
	return factor_resets_cancel_write(act, call->ask);
}

const struct handler api_factor_resets_cancel = {prepare_cancel, write_cancel, answer_one};
